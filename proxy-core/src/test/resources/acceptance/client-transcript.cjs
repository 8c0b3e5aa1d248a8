// Does everything the real chromadb client offers and prints what it saw, one JSON document.
// usage: node client-transcript.cjs NODE_MODULES HOST PORT
// Ids that servers make up are numbered in order of appearance, so that two servers give the same transcript.
'use strict';
const { join } = require('node:path');

const [modules, host, port] = process.argv.slice(2);
const { ChromaClient, AdminClient } = require(join(modules, 'chromadb'));

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
        return value.replace(UUID, number).replaceAll(`${host}:${port}`, 'SERVER');
    }
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    if (value !== null && typeof value === 'object') {
        return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
    }
    return value;
}

async function step(what, action) {
    try {
        transcript.push({ what, result: sorted(await action()) });
    } catch (error) {
        transcript.push({ what, error: error.name, message: sorted(String(error.message)) });
    }
}

const shown = (c) => ({ id: c.id, name: c.name, metadata: c.metadata, configuration: c.configuration });
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
}

async function collections(client) {
    const configuration = { hnsw: { space: 'cosine', ef_construction: 120, max_neighbors: 24 } };
    const metadata = { owner: 'cms', year: 2026, ratio: 0.5, live: true };
    const options = { embeddingFunction: null };
    await step('create', async () => shown(await client.createCollection({ name: 'one', ...options })));
    await step('create full', async () =>
        shown(await client.createCollection({ name: 'two', metadata, configuration, ...options })));
    await step('create again', () => client.createCollection({ name: 'one', ...options }));
    await step('create badly', () => client.createCollection({ name: 'x', ...options }));
    await step('get or create old', async () =>
        shown(await client.getOrCreateCollection({ name: 'two', ...options })));
    await step('get or create new', async () =>
        shown(await client.getOrCreateCollection({ name: 'three', metadata: { n: 3 }, ...options })));
    await step('get', async () => shown(await client.getCollection({ name: 'two' })));
    await step('get missing', () => client.getCollection({ name: 'missing' }));
    await step('get several', async () =>
        (await client.getCollections(['one', 'three'])).map(shown).sort((a, b) => (a.name < b.name ? -1 : 1)));
    await step('count collections', () => client.countCollections());
    await step('list', async () => (await client.listCollections()).map((c) => c.name).sort());
    await step('list pages', async () => {
        const pages = [];
        for (const offset of [0, 2, 4]) {
            pages.push((await client.listCollections({ limit: 2, offset })).map((c) => c.name));
        }
        return { sizes: pages.map((page) => page.length), names: pages.flat().sort() };
    });
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
                { kind: 'animal', legs: 4, weight: 7.25, wild: true },
                { kind: 'animal', legs: 4, weight: 20.5, wild: false },
                { kind: 'season' },
                { kind: 'text', legs: 0 },
            ],
            uris: ['uri:a', 'uri:b', 'uri:c', 'uri:d'],
        }));
    await step('add again', () => collection.add({ ids: ['a', 'e'], embeddings: [[5, 5, 5], [1, 1, 1.5]] }));
    await step('add of another dimension', () => collection.add({ ids: ['z'], embeddings: [[1, 2]] }));
    await step('add twice in one', () => collection.add({ ids: ['y', 'y'], embeddings: [[1, 2, 3], [1, 2, 3]] }));
    await step('add without embeddings', () => collection.add({ ids: ['z'], documents: ['no vector'] }));
    await step('count', () => collection.count());
    await step('update', () =>
        collection.update({ ids: ['b', 'missing'], embeddings: [[0.5, 0.5, 0.5], [0, 0, 0]],
            documents: ['the energetic dog', 'nobody'], metadatas: [{ legs: 3, weight: null }, { legs: 9 }] }));
    await step('upsert', () =>
        collection.upsert({ ids: ['c', 'f'], embeddings: [[0, 0, 1], [1, 1, 0]],
            documents: ['winter', 'new'], metadatas: [{ cold: true }, { kind: 'new' }] }));
    await step('everything', async () => rows(await collection.get({ include: everything })));
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
    await get('bad where', { where: { $bad: 1 } });
    await step('peek', async () => rows(await collection.peek({ limit: 2 })));
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
}

async function administration(admin, connection) {
    await step('create tenant', () => admin.createTenant({ name: 'acme' }));
    await step('create tenant again', () => admin.createTenant({ name: 'acme' }));
    await step('get tenant', () => admin.getTenant({ name: 'acme' }));
    await step('get no tenant', () => admin.getTenant({ name: 'nobody' }));
    await step('create database', () => admin.createDatabase({ name: 'stock', tenant: 'acme' }));
    await step('create database again', () => admin.createDatabase({ name: 'stock', tenant: 'acme' }));
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
    const collection = await client.createCollection({ name: 'records', embeddingFunction: null });
    await writes(collection);
    await reads(collection);
    await deletes(client, collection);
    await administration(new AdminClient(connection), connection);
    process.stdout.write(`${JSON.stringify(transcript, null, 1)}\n`);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
