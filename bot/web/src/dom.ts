/** Elements made by hand: text only ever becomes a text node, so nothing that people write can become markup. */

type Child = Node | string | number | null | undefined | false;
type Value = string | number | boolean | null | undefined | ((event: never) => void);

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    set(element, name, value);
  }
  append(element, children);
  return element;
}

function set(element: HTMLElement, name: string, value: Value): void {
  if (value === null || value === undefined || value === false) {
    return;
  }
  if (typeof value === "function") {
    element.addEventListener(name.replace(/^on/, ""), value as EventListener);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

export function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : String(child));
    }
  }
}

/** Put these children, and nothing else, into an element. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

export function debounce<T extends unknown[]>(wait: number, run: (...given: T) => void): (...given: T) => void {
  let timer = 0;
  return (...given) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => run(...given), wait);
  };
}
