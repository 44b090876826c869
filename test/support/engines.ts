import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startEngine, type EngineClient, type EngineMessage, type EngineOptions } from '../../main/services/engine/client.ts'

export interface WatchedEngine extends EngineClient {
  readonly events: EngineMessage[]
  /** Lines of its log. */
  readonly lines: string[]
  /** Resolves with the first message, past ones included, for which `wanted` holds. Rejects when a run fails first. */
  seen(wanted: (message: EngineMessage) => boolean): Promise<EngineMessage>
}

/** An engine that is closed when the running test ends. */
export function openEngine(home: string, options: EngineOptions = {}): WatchedEngine {
  const events: EngineMessage[] = []
  const lines: string[] = []
  const watchers = new Set<{ look(): void; fail(error: unknown): void }>()
  const engine = startEngine({
    home,
    ...options,
    onEvent(message) {
      events.push(message)
      for (const watcher of watchers) watcher.look()
    },
    onLog: ({ message }) => lines.push(message),
  })
  onTestFinished(() => engine.close())
  return {
    exited: engine.exited,
    pid: engine.pid,
    events,
    lines,
    close: () => engine.close(),
    call(route, input) {
      const work = engine.call(route, input)
      // What a run that failed would have told is waited for in vain.
      if (route === 'train' || route === 'resume') work.catch((error: unknown) => watchers.forEach(watcher => watcher.fail(error)))
      return work
    },
    seen: wanted =>
      new Promise((resolve, reject) => {
        const watcher = {
          fail: reject,
          look() {
            const found = events.find(wanted)
            if (!found) return
            watchers.delete(watcher)
            resolve(found)
          },
        }
        watchers.add(watcher)
        watcher.look()
      }),
  }
}

/** SHA-256 of all that a run's training made: every checkpoint, the figures, and the bits of its epochs. */
export function madeBy(directory: string): Record<string, string> {
  const [checkpoints, bits] = ['checkpoints', 'bits'].map(folder => readdirSync(join(directory, folder)).sort().map(name => `${folder}/${name}`)) as [string[], string[]]
  return Object.fromEntries(['metrics.jsonl', ...checkpoints, ...bits].map(name => [name, createHash('sha256').update(readFileSync(join(directory, name))).digest('hex')]))
}
