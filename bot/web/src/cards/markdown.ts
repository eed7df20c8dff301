/**
 * The little markdown that Teams shows in a card (bold, italic, lists, links), made into HTML that holds nothing else.
 *
 * Every character that was written is escaped; the only tags are the ones named here, and the only links are https.
 */

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

/** Turn one card text into HTML; the shape `adaptivecards` wants from `onProcessMarkdown`. */
export function toHtml(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  const parts: string[] = [];
  let items: string[] = [];
  const closeList = () => {
    if (items.length > 0) {
      parts.push(`<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`);
      items = [];
    }
  };
  for (const line of lines) {
    const item = /^\s*(?:[-*+]|\d+\.)\s+(.+)$/.exec(line);
    if (item) {
      items.push(inline(item[1] ?? ""));
    } else {
      closeList();
      parts.push(line.trim() === "" ? "" : `<p>${inline(line)}</p>`);
    }
  }
  closeList();
  return parts.join("");
}

const TOKEN =
  /\\([\\`*_{}[\]()#+\-.!>|~])|\[((?:\\.|[^\]\\])*)\]\(([^()\s]*)\)|(?<![\p{L}\p{N}])(\*\*|__)(?=\S)((?:\\.|(?!\4).)+?\S?)\4|(?<![\p{L}\p{N}])([*_])(?=\S)((?:\\.|(?!\6).)+?)\6(?![\p{L}\p{N}])/u;

function inline(text: string): string {
  let html = "";
  let rest = text;
  for (let found = TOKEN.exec(rest); found; found = TOKEN.exec(rest)) {
    html += escapeHtml(rest.slice(0, found.index)) + mark(found);
    rest = rest.slice(found.index + found[0].length);
  }
  return html + escapeHtml(rest);
}

function mark(found: RegExpExecArray): string {
  const [whole, escaped, label, address, , bold, , italic] = found;
  if (escaped !== undefined) {
    return escapeHtml(escaped);
  }
  if (label !== undefined) {
    const url = safeUrl(address ?? "");
    return url
      ? `<a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${inline(label)}</a>`
      : escapeHtml(whole);
  }
  return bold !== undefined ? `<strong>${inline(bold)}</strong>` : `<em>${inline(italic ?? "")}</em>`;
}

/** Return an https address as it may be opened, or nothing. */
export function safeUrl(address: string): string {
  try {
    const url = new URL(address);
    return url.protocol === "https:" ? url.href : "";
  } catch {
    return "";
  }
}
