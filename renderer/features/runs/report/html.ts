/** Text that is HTML already. */
export interface Html {
  readonly html: string
}

type Part = string | number | Html | readonly Part[] | null | undefined | false

/** HTML with everything put into it escaped, unless it is HTML itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, at) => (at === 0 ? text : `${textOf(parts[at - 1])}${text}`)).join('') }
}

/** SVG that was made here, without the parts that a picture in a page must not have. */
export function picture(svg: string): Html {
  return { html: svg.replace(/^\s*<\?xml[^>]*>\s*/, '') }
}

function textOf(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return isList(part) ? part.map(textOf).join('') : part.html
}

function isList(part: Html | readonly Part[]): part is readonly Part[] {
  return Array.isArray(part)
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? sign)
}
