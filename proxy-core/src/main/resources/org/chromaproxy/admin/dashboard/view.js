// Small helpers to show things. Text reaches the page as text alone, never as markup.
export const find = id => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'onclick') {
      made.addEventListener('click', value);
    } else if (name === 'class') {
      made.className = value;
    } else {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter(child => child !== null && child !== undefined).map(child =>
    child instanceof Node ? child : document.createTextNode(String(child))));
  return made;
}

// Shows children in place of what is there, unless they look the same: the focus and a reader's place stay.
export function show(place, ...children) {
  const wanted = element('div', {}, ...children);
  if (wanted.innerHTML !== place.innerHTML) {
    place.replaceChildren(...wanted.childNodes);
  }
}

export function pairs(list, entries) {
  list.replaceChildren(...entries.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
  return list;
}

// columns: [title, row => text or node, class]
export function table(caption, columns, rows, nothing) {
  if (rows.length === 0) {
    return element('p', { class: 'empty' }, nothing);
  }
  const head = element('tr', {}, ...columns.map(([title]) => element('th', { scope: 'col' }, title)));
  const body = rows.map(row => element('tr', {}, ...columns.map(([title, cell, kind]) =>
    element('td', { class: kind || '', 'data-label': title }, element('span', {}, cell(row))))));
  return element('table', { class: 'wide', 'aria-label': caption },
    element('thead', {}, head), element('tbody', {}, ...body));
}

let telling;

export function tell(text) {
  find('told').replaceChildren(element('p', {}, text));
  clearTimeout(telling);
  telling = setTimeout(() => find('told').replaceChildren(), 8000);
}

// Resolves to whether the operator said yes.
export function confirmed(title, text, yes) {
  const dialog = find('confirm');
  find('confirm-title').textContent = title;
  find('confirm-text').textContent = text;
  find('confirm-yes').textContent = yes;
  return new Promise(resolve => {
    let answer = false;
    find('confirm-yes').onclick = () => { answer = true; dialog.close(); };
    find('confirm-no').onclick = () => dialog.close();
    dialog.addEventListener('close', () => resolve(answer), { once: true });
    dialog.showModal();
  });
}

export const count = (n, one, many) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const time = text => (text ? new Date(text).toLocaleString('sv') : '–');

export function duration(seconds) {
  if (seconds < 1) {
    return 'less than a second';
  }
  if (seconds < 120) {
    return count(Math.round(seconds), 'second', 'seconds');
  }
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}

export function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  for (; n >= 1024 && unit < units.length - 1; unit++) {
    n /= 1024;
  }
  return `${n < 10 && unit ? n.toFixed(1) : Math.round(n)} ${units[unit]}`;
}
