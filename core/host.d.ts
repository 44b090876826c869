/**
 * Everything outside ECMAScript that core may name. Both a browser and Node provide these, so the engine runs in either;
 * whatever else it needs of its host is passed in. `main` and `test` take the same names from @types/node instead.
 */

declare class TextEncoder {
  /** UTF-8; a lone surrogate becomes U+FFFD. */
  encode(text?: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  /** With `fatal`, bytes that are not of the encoding throw a TypeError. */
  constructor(encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: ArrayBuffer | ArrayBufferView): string
}

interface Event {
  readonly type: string
}

interface EventTarget {
  addEventListener(type: string, listener: (event: Event) => void): void
  removeEventListener(type: string, listener: (event: Event) => void): void
}

declare class DOMException extends Error {
  constructor(message?: string, name?: string)
}
