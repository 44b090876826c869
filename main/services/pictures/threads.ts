import type { ImageShape } from '../../../core/data/dataset.ts'
import { Pool, threadEntry } from '../workers/pool.ts'
import type { Decoded, PicturesRequest, Survey } from './reader.ts'

/** Threads that read picture files. */
export class PictureThreads {
  readonly #pool: Pool<PicturesRequest, unknown>

  /** One thread for each core, if their number is left out. */
  constructor(threads?: number) {
    this.#pool = new Pool(threadEntry('reader', import.meta.url), { threads })
  }

  get threads(): number {
    return this.#pool.threads
  }

  /** Heads of the files, or what is wrong with them. */
  survey(paths: readonly string[]): Promise<Survey> {
    return this.#pool.call({ kind: 'survey', paths }) as Promise<Survey>
  }

  /** Decodes the files to pictures of `shape`: scaled until they cover it, and cut to the middle. */
  decode(paths: readonly string[], shape: ImageShape): Promise<Decoded> {
    return this.#pool.call({ kind: 'decode', paths, shape }) as Promise<Decoded>
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
