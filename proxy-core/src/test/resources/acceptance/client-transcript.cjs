// Does everything the real chromadb client offers and prints what it saw, one JSON document.
// usage: node client-transcript.cjs NODE_MODULES HOST PORT
// Ids that servers make up are numbered in order of appearance, so that two servers give the same transcript.
'use strict';
const { join } = require('node:path');

const [modules, host, port] = process.argv.slice(2);
const chroma = require(join(modules, 'chromadb'));
const { ChromaClient, AdminClient, K, Knn, ReadLevel, Rrf, Schema, Search } = chroma;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const numbers = new Map();
const transcript = [];

function number(uuid) {
    if (!numbers.has(uuid)) {
        numbers.set(uuid, `#${numbers.size + 1}`);
    }
    return numbers.get(uuid);
}

function sorted(value) {
    if (value === undefined || typeof value === 'function') {
        return null;
    }
    if (typeof value === 'string') {
        // Chroma prints a map of its own in no order.
        const told = value.replace(/length \[\{.*?\}\]/g, 'length');
        return told.replace(UUID, number).replaceAll(`${host}:${port}`, 'SERVER');
    }
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    if (value !== null && typeof value === 'object') {
        return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
    }
    return value;
}

async function step(what, action, show = (result) => result) {
    try {
        const result = await action();
        transcript.push({ what, result: sorted(show(result)) });
        return result;
    } catch (error) {
        transcript.push({ what, error: error.name, message: sorted(String(error.message)) });
    }
}

const shown = (c) => ({
    id: c.id,
    name: c.name,
    tenant: c.tenant,
    database: c.database,
    metadata: c.metadata,
    configuration: c.configuration,
    schema: c.schema ? c.schema.serializeToJSON() : null,
});
const byName = (one, other) => (one.name < other.name ? -1 : 1);
const rows = (result) => ({
    ids: result.ids,
    documents: result.documents,
    metadatas: result.metadatas,
    embeddings: result.embeddings,
    uris: result.uris,
    distances: result.distances,
});
const everything = ['documents', 'metadatas', 'embeddings', 'uris'];

async function server(client) {
    await step('heartbeat', async () => typeof (await client.heartbeat()));
    await step('version', () => client.version());
    await step('identity', () => client.getUserIdentity());
    await step('preflight', () => client.getPreflightChecks());
    await step('max batch', () => client.getMaxBatchSize());
    await step('base64', () => client.supportsBase64Encoding());
    await step('reset', () => client.reset());
    const connection = { host, port: Number(port), ssl: false };
    const version = (what, args) => step(what, () => new ChromaClient({ ...connection, ...args }).version());
    await version('with headers', { headers: { 'X-Application': 'cms' } });
    await version('with options of fetch', { fetchOptions: { cache: 'no-store' } });
    await version('by a path', { path: `http://${host}:${port}` });
    await version('on a port where nobody listens', { port: 1 });
    await step('not a server', () => new ChromaClient({ ...connection, port: 'nine' }).version());
}

/** The same numbers for the same text. */
class Hashed {
    constructor(dimension = 3) {
        this.name = 'hashed';
        this.dimension = dimension;
    }
    static buildFromConfig(config) {
        return new Hashed(config.dimension);
    }
    getConfig() {
        return { dimension: this.dimension };
    }
    defaultSpace() {
        return 'cosine';
    }
    supportedSpaces() {
        return ['cosine', 'l2'];
    }
    async generate(texts) {
        const sum = (text, d) => [...text].reduce((a, c, i) => (a * 31 + c.codePointAt(0) * (i + d + 1)) % 1009, 7);
        return texts.map((text) => Array.from({ length: this.dimension }, (_, d) => sum(text, d) / 101));
    }
}

class SparseHashed {
    constructor() {
        this.name = 'sparse-hashed';
    }
    static buildFromConfig() {
        return new SparseHashed();
    }
    getConfig() {
        return {};
    }
    async generate(texts) {
        return texts.map((text) => ({ indices: [text.length, text.length + 5], values: [0.5, 0.25] }));
    }
}

async function functions(client) {
    await step('register', () => chroma.registerEmbeddingFunction('hashed', Hashed));
    await step('register sparse', () => chroma.registerSparseEmbeddingFunction('sparse-hashed', SparseHashed));
    const collection = await step('create with a function', () =>
        client.createCollection({ name: 'function', embeddingFunction: new Hashed() }), shown);
    await step('add texts', () => collection.add({ ids: ['a', 'b'], documents: ['the quick fox', 'the lazy dog'] }));
    await step('query texts', () => collection.query({ queryTexts: ['a fox', 'a dog'], nResults: 1 }), rows);
    await step('query URIs', () => collection.query({ queryURIs: ['uri:a'] }));
    await step('update texts', () => collection.update({ ids: ['a'], documents: ['the slow fox'] }));
    await step('upsert texts', () => collection.upsert({ ids: ['c'], documents: ['a cat'] }));
    await step('the texts', async () => rows(await collection.get({ include: everything })));
    const built = await step('opened by its configuration', () => client.getCollection({ name: 'function' }), shown);
    await step('query texts of that', async () => rows(await built.query({ queryTexts: ['a cat'], nResults: 1 })));
    await step('opened with another function', async () =>
        shown(await client.getCollection({ name: 'function', embeddingFunction: new Hashed(2) })));
    await step('another function', () => built.modify({ configuration: { embeddingFunction: new Hashed(2) } }));
    await step('the space of a function that has none such', async () => shown(await client.createCollection({
        name: 'function-ip', embeddingFunction: new Hashed(), configuration: { hnsw: { space: 'ip' } } })));
    await step('the default function', async () => shown(await client.createCollection({ name: 'function-default' })));
}

async function schemas(client) {
    const create = (what, name, schema, more = {}) => step(`schema ${what}`, () =>
        client.createCollection({ name, schema, embeddingFunction: null, ...more }), shown);
    const { BoolInvertedIndexConfig, FtsIndexConfig, IntInvertedIndexConfig, SparseVectorIndexConfig } = chroma;
    const { StringInvertedIndexConfig, VectorIndexConfig } = chroma;
    await create('empty', 'schema-empty', new Schema());
    await create('with a space', 'schema-space', new Schema().createIndex(
        new VectorIndexConfig({ space: 'cosine', hnsw: { ef_construction: 90 } })));
    await create('with SPANN', 'schema-spann', new Schema().createIndex(
        new VectorIndexConfig({ space: 'l2', spann: { search_nprobe: 10 } })));
    const fewer = new Schema()
        .deleteIndex(new StringInvertedIndexConfig(), 'raw')
        .deleteIndex(new IntInvertedIndexConfig(), 'number');
    const collection = await create('without indexes', 'schema-fewer', fewer);
    await step('unindexed add', () => collection.add({ ids: ['a', 'b'], embeddings: [[1, 2], [2, 1]],
        metadatas: [{ raw: 'r', number: 1, other: 'o' }, { fresh: true }] }));
    await step('unindexed where', () => collection.get({ where: { raw: 'r' } }));
    await step('indexed where', async () => rows(await collection.get({ where: { other: 'o' } })));
    await step('discovered keys', async () => shown(await client.getCollection({ name: 'schema-fewer' })));
    await create('of all keys', 'schema-all',
        new Schema().deleteIndex(new BoolInvertedIndexConfig()).createIndex(new StringInvertedIndexConfig(), 'kept'));
    await create('with a sparse index', 'schema-sparse', new Schema().createIndex(
        new SparseVectorIndexConfig({ sourceKey: '#document', embeddingFunction: new SparseHashed() }), 'words'));
    await create('without full text', 'schema-text', new Schema().deleteIndex(new FtsIndexConfig(), '#document'));
    await create('with a key of a customer', 'schema-cmek',
        new Schema().setCmek(chroma.Cmek.gcp('projects/p/locations/l/keyRings/r/cryptoKeys/k')));
    await create('and configuration', 'schema-both', new Schema().createIndex(new VectorIndexConfig({ space: 'ip' })),
        { configuration: { hnsw: { space: 'l2' } } });
    await step('get or create with a schema', async () => shown(await client.getOrCreateCollection(
        { name: 'schema-empty', schema: fewer, embeddingFunction: null })));
}

async function collections(client) {
    const configuration = { hnsw: { space: 'cosine', ef_construction: 120, max_neighbors: 24 } };
    const metadata = { owner: 'cms', year: 2026, ratio: 0.5, live: true };
    const options = { embeddingFunction: null };
    await step('create', async () => shown(await client.createCollection({ name: 'one', ...options })));
    await step('create full', async () =>
        shown(await client.createCollection({ name: 'two', metadata, configuration, ...options })));
    for (const name of ['', 'a'.repeat(600), 'a b', 'a..b', '-ab', 'été']) {
        await step(`create badly ${name.slice(0, 9)}`, () => client.createCollection({ name, ...options }));
    }
    const create = (what, args) => step(`create ${what}`, async () =>
        shown(await client.createCollection({ name: what.replaceAll(' ', '-'), ...options, ...args })));
    await create('empty metadata', { metadata: {} });
    await create('null in metadata', { metadata: { gone: null, kept: 1 } });
    await create('nested metadata', { metadata: { a: { b: 1 } } });
    await create('legacy metadata', { metadata: { 'hnsw:space': 'cosine', 'hnsw:M': 12 } });
    for (const space of ['l2', 'cosine', 'ip', 'none']) {
        await create(`space ${space}`, { configuration: { hnsw: { space, ef_search: 60, num_threads: 2,
            batch_size: 50, sync_threshold: 500, resize_factor: 1.5 } } });
    }
    await create('spann', { configuration: { spann: { space: 'l2' } } });
    await create('both indexes', { configuration: { hnsw: { space: 'l2' }, spann: { space: 'l2' } } });
    await step('create again', () => client.createCollection({ name: 'one', ...options }));
    await step('create badly', () => client.createCollection({ name: 'x', ...options }));
    await step('get or create old', async () =>
        shown(await client.getOrCreateCollection({ name: 'two', ...options })));
    await step('get or create new', async () =>
        shown(await client.getOrCreateCollection({ name: 'three', metadata: { n: 3 }, ...options })));
    await step('get', async () => shown(await client.getCollection({ name: 'two' })));
    await step('get missing', () => client.getCollection({ name: 'missing' }));
    await step('get or create with other metadata', async () =>
        shown(await client.getOrCreateCollection({ name: 'two', metadata: { other: 1 }, ...options })));
    await step('get or create with another configuration', async () => shown(await client.getOrCreateCollection(
        { name: 'two', configuration: { hnsw: { space: 'l2' } }, ...options })));
    const one = await client.getCollection({ name: 'one' });
    await step('get by id', async () => shown(await client.getCollectionById(one.id)));
    await step('get by no id', () => client.getCollectionById('one'));
    await step('get by unknown id', () => client.getCollectionById('00000000-0000-4000-8000-00000000abcd'));
    await step('get by resource name', async () =>
        shown(await client.getCollectionByCrn('default_tenant:default_database:one')));
    await step('get by unknown resource name', () => client.getCollectionByCrn('default_tenant:nothing:one'));
    const handle = client.collection(one.id);
    await step('handle', async () => [handle.id, await handle.count()]);
    await step('handle adds', () => handle.add({ ids: ['h'], embeddings: [[1, 2]] }));
    await step('handle adds texts', () => handle.add({ ids: ['h'], documents: ['text'] }));
    await step('handle reads', async () => rows(await handle.get({ include: everything })));
    await step('handle modifies', () => handle.modify({ name: 'other' }));
    await step('handle of nothing', () => client.collection('00000000-0000-4000-8000-00000000abcd').count());
    await step('handle without an id', () => client.collection('one').count());
    await step('get several of which one is missing', () => client.getCollections(['one', 'missing']));
    await step('get several', async () =>
        (await client.getCollections(['one', 'three'])).map(shown).sort(byName));
    await step('count collections', () => client.countCollections());
    await step('list', async () => (await client.listCollections()).map((c) => c.name).sort());
    await step('list pages', async () => {
        const pages = [];
        for (let offset = 0; offset < 12; offset += 2) {
            pages.push((await client.listCollections({ limit: 2, offset })).map((c) => c.name));
        }
        return { sizes: pages.map((page) => page.length), names: pages.flat().sort() };
    });
    for (const args of [{ limit: 0 }, { limit: -1 }, { offset: -1 }, { offset: 1000 }, { limit: 2 ** 32 }]) {
        await step(`list ${JSON.stringify(args)}`, () => client.listCollections(args),
            (listed) => listed.map((c) => c.name).sort());
    }
    await step('list in full', async () => (await client.listCollections()).map(shown).sort(byName));
    await step('rename', async () => {
        const collection = await client.getCollection({ name: 'three' });
        await collection.modify({ name: 'third', metadata: { renamed: true } });
        return shown(await client.getCollection({ name: 'third' }));
    });
    await step('old name', () => client.getCollection({ name: 'three' }));
    await step('rename onto another', async () =>
        (await client.getCollection({ name: 'third' })).modify({ name: 'one' }));
    await step('reconfigure', async () => {
        const collection = await client.getCollection({ name: 'two' });
        await collection.modify({ configuration: { hnsw: { ef_search: 77 } } });
        return shown(await client.getCollection({ name: 'two' }));
    });
    const two = await client.getCollection({ name: 'two' });
    for (const [what, args] of Object.entries({
        'badly': { configuration: { hnsw: { space: 'ip' } } },
        'another index': { configuration: { spann: { ef_search: 9 } } },
        'the space by metadata': { metadata: { 'hnsw:space': 'ip' } }, 'to no metadata': { metadata: {} },
        'nothing': {}, 'the name to the same': { name: 'two' }, 'the name badly': { name: 'x' },
        'metadata with null': { metadata: { kept: 1, gone: null } },
    })) {
        await step(`modify ${what}`, () => two.modify(args));
    }
    await step('modified', async () => shown(await client.getCollection({ name: 'two' })));
    await step('fork count', () => two.forkCount());
    await step('fork', async () => (await client.getCollection({ name: 'one' })).fork({ name: 'forked' }));
    await step('delete', () => client.deleteCollection({ name: 'third' }));
    await step('delete again', () => client.deleteCollection({ name: 'third' }));
    await step('count after', () => client.countCollections());
}

async function writes(collection) {
    await step('add', () =>
        collection.add({
            ids: ['a', 'b', 'c', 'd'],
            embeddings: [[1, 0, 0], [0.9, 0.1, 0], [0, 1, 1e-7], [0.3333333, -2.5, 0]],
            documents: ['the quick fox', 'the lazy dog', 'été ☃ 😀', 'plain "quoted" \\ text'],
            metadatas: [
                { kind: 'animal', legs: 4, weight: 7.25, wild: true, tags: ['red', 'quick'] },
                { kind: 'animal', legs: 4, weight: 20.5, wild: false, sizes: [1, 2, 3], flags: [true, false] },
                { kind: 'season', ratios: [0.5, 1.5] },
                { kind: 'text', legs: 0 },
            ],
            uris: ['uri:a', 'uri:b', 'uri:c', 'uri:d'],
        }));
    await step('add again', () => collection.add({ ids: ['a', 'e'], embeddings: [[5, 5, 5], [1, 1, 1.5]] }));
    await step('add of another dimension', () => collection.add({ ids: ['z'], embeddings: [[1, 2]] }));
    await step('add twice in one', () => collection.add({ ids: ['y', 'y'], embeddings: [[1, 2, 3], [1, 2, 3]] }));
    await step('add without embeddings', () => collection.add({ ids: ['z'], documents: ['no vector'] }));
    const add = (what, args) => step(`add ${what}`, () => collection.add(args));
    await add('nothing', { ids: [], embeddings: [] });
    await add('fewer vectors than ids', { ids: ['p', 'q'], embeddings: [[1, 2, 3]] });
    await add('an empty id', { ids: [''], embeddings: [[1, 2, 3]] });
    await add('a number as id', { ids: [1], embeddings: [[1, 2, 3]] });
    await add('no vector', { ids: ['n'], embeddings: [[]] });
    await add('null in metadata', { ids: ['null'], embeddings: [[1, 2, 3]], metadatas: [{ gone: null, kept: 1 }] });
    await add('nested metadata', { ids: ['n'], embeddings: [[1, 2, 3]], metadatas: [{ a: { b: 1 } }] });
    await add('a mixed array', { ids: ['n'], embeddings: [[1, 2, 3]], metadatas: [{ a: [1, 'b'] }] });
    await add('an empty array', { ids: ['n'], embeddings: [[1, 2, 3]], metadatas: [{ a: [] }] });
    await add('a reserved key', { ids: ['n'], embeddings: [[1, 2, 3]], metadatas: [{ '#x': 1 }] });
    await add('big numbers', { ids: ['big'], embeddings: [[1, 2, 3]], metadatas: [{ n: 2 ** 53, f: 1e300, m: -0.1 }] });
    await add('a sparse vector', { ids: ['s'], embeddings: [[3, 2, 1]],
        metadatas: [{ sparse: { indices: [1, 5], values: [0.5, 0.25] } }] });
    await add('a bad sparse vector', { ids: ['n'], embeddings: [[3, 2, 1]],
        metadatas: [{ sparse: { indices: [5, 1], values: [0.5] } }] });
    await step('count', () => collection.count());
    for (const readLevel of Object.values(ReadLevel)) {
        await step(`count ${readLevel}`, () => collection.count({ readLevel }));
    }
    await step('update of metadata alone', () =>
        collection.update({ ids: ['d'], metadatas: [{ z: null, tags: ['slow'] }] }));
    await step('update of another dimension', () => collection.update({ ids: ['d'], embeddings: [[1, 2]] }));
    await step('update of nothing', () => collection.update({ ids: ['d'] }));
    await step('upsert without vectors', () => collection.upsert({ ids: ['g'], metadatas: [{ kind: 'new' }] }));
    await step('upsert twice in one', () => collection.upsert({ ids: ['y', 'y'], embeddings: [[1, 2, 3], [3, 2, 1]] }));
    await step('update', () =>
        collection.update({ ids: ['b', 'missing'], embeddings: [[0.5, 0.5, 0.5], [0, 0, 0]],
            documents: ['the energetic dog', 'nobody'], metadatas: [{ legs: 3, weight: null }, { legs: 9 }] }));
    await step('upsert', () =>
        collection.upsert({ ids: ['c', 'f'], embeddings: [[0, 0, 1], [1, 1, 0]],
            documents: ['winter', 'new'], metadatas: [{ cold: true }, { kind: 'new' }] }));
    await step('everything', async () => rows(await collection.get({ include: everything })));
}

/** Apart, as the older releases take what is not a number: a query that meets it has no order of its own. */
async function numberless(client) {
    const collection = await client.createCollection({ name: 'numberless', embeddingFunction: null });
    await step('add no numbers', () => collection.add({ ids: ['n'], embeddings: [[1, 2, NaN]] }));
    await step('no numbers', async () => rows(await collection.get({ include: everything })));
    await step('query no numbers', async () => rows(await collection.query({ queryEmbeddings: [[1, 0, 0]] })));
}

async function reads(collection) {
    const get = (what, args) => step(`get ${what}`, async () => rows(await collection.get(args)));
    const query = (what, args) => step(`query ${what}`, async () => rows(await collection.query(args)));
    await get('default', {});
    await get('by id', { ids: ['c', 'a', 'nope'], include: everything });
    await get('page', { limit: 2, offset: 1 });
    await get('ids only', { include: [] });
    await get('where equal', { where: { kind: 'animal' } });
    await get('where and', { where: { $and: [{ legs: { $gte: 3 } }, { wild: { $eq: true } }] } });
    await get('where or', { where: { $or: [{ kind: 'season' }, { weight: { $gt: 7 } }] } });
    await get('where in', { where: { kind: { $in: ['text', 'season'] } } });
    await get('where not in', { where: { kind: { $nin: ['animal'] } } });
    await get('where document', { whereDocument: { $contains: 'dog' } });
    await get('where not document', { whereDocument: { $not_contains: 'the' } });
    for (const [what, where] of Object.entries({
        'bad': { $bad: 1 }, 'not equal': { legs: { $ne: 4 } }, 'less': { legs: { $lt: 4 } },
        'at most': { weight: { $lte: 7.25 } }, 'more': { weight: { $gt: 7.25 } },
        'array': { tags: { $contains: 'slow' } },
        'array of numbers': { sizes: { $contains: 2 } }, 'array of flags': { flags: { $contains: true } },
        'array lacks': { tags: { $not_contains: 'slow' } }, 'unknown key': { nobody: 1 },
        'bad value': { kind: { $eq: {} } },
        'two keys': { kind: 'animal', legs: 4 }, 'empty': {}, 'single and': { $and: [{ legs: 4 }] },
        'mixed in': { kind: { $in: ['a', 1] } }, 'empty in': { kind: { $in: [] } }, 'id': { '#id': { $in: ['a'] } },
    })) {
        await get(`where ${what}`, { where });
    }
    for (const [what, whereDocument] of Object.entries({
        'regex': { $regex: '^the .*g$' }, 'not regex': { $not_regex: 'dog' }, 'matches': { $matches: 'dog' },
        'not matches': { $not_matches: 'dog' }, 'bad regex': { $regex: '(' }, 'empty': { $contains: '' },
        'or': { $or: [{ $contains: 'dog' }, { $contains: 'winter' }] }, 'bad': { $bad: 'x' },
        'and': { $and: [{ $contains: 'the' }, { $not_contains: 'fox' }] },
    })) {
        await get(`document ${what}`, { whereDocument });
    }
    await get('no ids', { ids: [] });
    await get('limit 0', { limit: 0 });
    await get('negative limit', { limit: -1 });
    await get('negative offset', { offset: -1 });
    await get('huge limit', { limit: 2 ** 32 });
    await get('bad include', { include: ['everything'] });
    await get('distances', { include: ['distances'] });
    await step('get rows', async () => (await collection.get({ ids: ['a', 'b'], include: everything })).rows());
    await step('query rows', async () =>
        (await collection.query({ queryEmbeddings: [[1, 0, 0]], nResults: 2 })).rows());
    await step('peek', async () => rows(await collection.peek({ limit: 2 })));
    await step('peek at none', async () => rows(await collection.peek({ limit: 0 })));
    await query('none', { queryEmbeddings: [[1, 0, 0]], nResults: 0 });
    await query('fewer than none', { queryEmbeddings: [[1, 0, 0]], nResults: -1 });
    await query('nothing', { queryEmbeddings: [] });
    await query('no vectors', {});
    await query('texts without a function', { queryTexts: ['fox'] });
    await query('by both filters', { queryEmbeddings: [[1, 0, 0]], where: { legs: { $gte: 3 } },
        whereDocument: { $contains: 'the' } });
    await query('everything', { queryEmbeddings: [[1, 0, 0]], nResults: 3, include: [...everything, 'distances'] });
    await query('ids only', { queryEmbeddings: [[1, 0, 0]], nResults: 3, include: [] });
    await query('badly filtered', { queryEmbeddings: [[1, 0, 0]], where: { $bad: 1 } });
    await step('indexing status', async () => Object.keys(await collection.getIndexingStatus()).sort());
    const ranked = new Search().where(K('kind').eq('animal')).rank(Knn({ query: [1, 0, 0] })).limit(2).selectAll();
    await step('search', () => collection.search(ranked));
    await step('search several', () => collection.search([ranked, { limit: 1 }], { readLevel: ReadLevel.INDEX_ONLY }));
    await step('search fused', () => collection.search(new Search().rank(Rrf({
        ranks: [Knn({ query: [1, 0, 0], returnRank: true }), Knn({ query: [0, 0, 1], returnRank: true })] }))));
    await query('one', { queryEmbeddings: [[1, 0, 0]], nResults: 3 });
    await query('two', { queryEmbeddings: [[1, 0, 0], [0, 0, 1]], nResults: 2, include: ['distances', 'embeddings'] });
    await query('filtered', { queryEmbeddings: [[1, 0, 0]], nResults: 5, where: { kind: 'animal' } });
    await query('by document', { queryEmbeddings: [[1, 0, 0]], nResults: 5, whereDocument: { $contains: 'dog' } });
    await query('among ids', { queryEmbeddings: [[1, 0, 0]], nResults: 5, ids: ['c', 'd'] });
    await query('too many', { queryEmbeddings: [[1, 0, 0]], nResults: 100 });
    await query('bad dimension', { queryEmbeddings: [[1, 0]], nResults: 1 });
}

async function deletes(client, collection) {
    await step('delete ids', () => collection.delete({ ids: ['a', 'never'] }));
    await step('delete where', () => collection.delete({ where: { kind: 'animal' } }));
    await step('delete where document', () => collection.delete({ whereDocument: { $contains: 'plain' } }));
    await step('delete nothing', () => collection.delete({}));
    await step('delete no ids', () => collection.delete({ ids: [] }));
    await step('delete badly', () => collection.delete({ where: { $bad: 1 } }));
    await step('delete some', () => collection.delete({ where: { kind: { $ne: '?' } }, limit: 1 }));
    await step('delete ids with a limit', () => collection.delete({ ids: ['c'], limit: 1 }));
    await step('delete with a limit alone', () => collection.delete({ limit: 1 }));
    await step('delete ids where', () => collection.delete({ ids: ['d', 'f'], where: { kind: 'new' } }));
    await step('left', async () => rows(await collection.get({ include: everything })));
    await step('many', async () => {
        const ids = Array.from({ length: 1000 }, (_, i) => `many-${i}`);
        await collection.add({ ids, embeddings: ids.map((_, i) => [i, i / 7, 1]), documents: ids });
        return [await collection.count(), rows(await collection.get({ ids: ['many-999'], include: everything }))];
    });
    await step('too many', async () => {
        const ids = Array.from({ length: 6000 }, (_, i) => `over-${i}`);
        await collection.add({ ids, embeddings: ids.map(() => [1, 1, 1]) });
    });
    await step('drop', () => client.deleteCollection({ name: collection.name }));
    await step('get after drop', () => collection.get({}));
    await step('add after drop', () => collection.add({ ids: ['q'], embeddings: [[1, 2, 3]] }));
    await step('count after drop', () => collection.count());
    await step('query after drop', () => collection.query({ queryEmbeddings: [[1, 2, 3]] }));
    await step('update after drop', () => collection.update({ ids: ['q'], embeddings: [[1, 2, 3]] }));
    await step('upsert after drop', () => collection.upsert({ ids: ['q'], embeddings: [[1, 2, 3]] }));
    await step('delete after drop', () => collection.delete({ ids: ['q'] }));
    await step('peek after drop', () => collection.peek({ limit: 1 }));
    await step('modify after drop', () => collection.modify({ name: 'again' }));
    await step('fork after drop', () => collection.fork({ name: 'forked' }));
    await step('status after drop', () => collection.getIndexingStatus());
}

async function administration(admin, connection) {
    await step('create tenant', () => admin.createTenant({ name: 'acme' }));
    await step('create tenant badly', () => admin.createTenant({ name: 'x' }));
    await step('create tenant again', () => admin.createTenant({ name: 'acme' }));
    await step('get tenant', () => admin.getTenant({ name: 'acme' }));
    await step('get no tenant', () => admin.getTenant({ name: 'nobody' }));
    await step('create database', () => admin.createDatabase({ name: 'stock', tenant: 'acme' }));
    await step('create database again', () => admin.createDatabase({ name: 'stock', tenant: 'acme' }));
    await step('create database badly', () => admin.createDatabase({ name: 'x', tenant: 'acme' }));
    await step('create database in no tenant', () => admin.createDatabase({ name: 'stock', tenant: 'nobody' }));
    await step('get no database', () => admin.getDatabase({ name: 'none', tenant: 'acme' }));
    await step('list databases of nobody', () => admin.listDatabases({ tenant: 'nobody' }));
    await step('list no databases', () => admin.listDatabases({ tenant: 'acme', limit: 0 }));
    await step('get database', () => admin.getDatabase({ name: 'stock', tenant: 'acme' }));
    await step('list databases', async () =>
        (await admin.listDatabases({ tenant: 'acme', limit: 10, offset: 0 })).map((d) => d.name).sort());
    const client = new ChromaClient({ ...connection, tenant: 'acme', database: 'stock' });
    await step('create there', async () =>
        shown(await client.createCollection({ name: 'one', embeddingFunction: null })));
    await step('list there', async () => (await client.listCollections()).map((c) => c.name));
    await step('delete database', () => admin.deleteDatabase({ name: 'stock', tenant: 'acme' }));
    await step('delete database again', () => admin.deleteDatabase({ name: 'stock', tenant: 'acme' }));
    await step('get deleted database', () => admin.getDatabase({ name: 'stock', tenant: 'acme' }));
    await step('gone with it', () => client.getCollection({ name: 'one' }));
    const stranger = new ChromaClient({ ...connection, tenant: 'nobody', database: 'nothing' });
    await step('unknown tenant', async () => (await stranger.listCollections()).length);
    await step('create for unknown tenant', () =>
        stranger.createCollection({ name: 'lost', embeddingFunction: null }));
}

async function main() {
    const connection = { host, port: Number(port), ssl: false };
    const client = new ChromaClient(connection);
    await server(client);
    await collections(client);
    await functions(client);
    await schemas(client);
    const collection = await client.createCollection({ name: 'records', embeddingFunction: null });
    await writes(collection);
    await reads(collection);
    await writes(await client.createCollection({ name: 'kept', configuration: { hnsw: { space: 'cosine' } },
        metadata: { stays: true }, embeddingFunction: null }));
    await numberless(client);
    await deletes(client, collection);
    await administration(new AdminClient(connection), connection);
    process.stdout.write(`${JSON.stringify(transcript, null, 1)}\n`);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
