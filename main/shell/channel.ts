/** Of the two channels between the page and us: questions, and what nobody asked for. */
export const ASK = 'bitwright:ask'
export const TELL = 'bitwright:tell'

/** Address of the page. A scheme of its own: file: would reach the person's whole disk. */
export const SCHEME = 'app'
export const PAGE_HOST = 'workbench'
export const PAGE_ADDRESS = `${SCHEME}://${PAGE_HOST}/`

/** Where links of the page may lead, in the person's browser: where papers and code are. */
const LINKED_HOSTS: ReadonlySet<string> = new Set(['arxiv.org', 'doi.org', 'github.com', 'papers.nips.cc', 'proceedings.neurips.cc', 'openaccess.thecvf.com', 'openreview.net', 'www.nature.com', 'yann.lecun.com', 'www.cs.toronto.edu'])

/** Whether an address is of our page. */
export function isPage(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url?.protocol === `${SCHEME}:` && url.host === PAGE_HOST
}

/** Whether an address may be handed to the system to open. */
export function isLinked(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url?.protocol === 'https:' && LINKED_HOSTS.has(url.host) && url.username === '' && url.password === ''
}

/** What the page may load beside its own files: things it has made itself. */
export function mayLoad(address: string): boolean {
  return isPage(address) || address.startsWith(`blob:${SCHEME}://${PAGE_HOST}/`) || address.startsWith('data:image/')
}

export interface Frame {
  readonly url: string
  /** null for the page itself, which is in no other. */
  readonly parent: object | null
}

/** Only our own page, not a frame within it, is answered. */
export function isTrusted(frame: Frame | null): boolean {
  return frame !== null && frame.parent === null && isPage(frame.url)
}
