import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startEngine, type EngineClient, type EngineMessage, type EngineOptions } from '../../main/services/engine/client.ts'

export interface WatchedEngine extends EngineClient {
  readonly events: EngineMessage[]
  /** Lines of its log. */
  readonly lines: string[]
  /** Resolves with the first message, past ones included, for which `wanted` holds. */
  seen(wanted: (message: EngineMessage) => boolean): Promise<EngineMessage>
}

/** An engine that is closed when the running test ends. */
export function openEngine(home: string, options: EngineOptions = {}): WatchedEngine {
  const events: EngineMessage[] = []
  const lines: string[] = []
  const watchers = new Set<() => void>()
  const engine = startEngine({
    home,
    ...options,
    onEvent(message) {
      events.push(message)
      for (const watcher of watchers) watcher()
    },
    onLog: ({ message }) => lines.push(message),
  })
  onTestFinished(() => engine.close())
  const seen = (wanted: (message: EngineMessage) => boolean): Promise<EngineMessage> =>
    new Promise(resolve => {
      const look = (): void => {
        const found = events.find(wanted)
        if (!found) return
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
    })
  return { call: (route, input) => engine.call(route, input), close: () => engine.close(), exited: engine.exited, pid: engine.pid, events, lines, seen }
}

/** SHA-256 of all that a run's training made: every checkpoint, and the figures. */
export function madeBy(directory: string): Record<string, string> {
  const checkpoints = readdirSync(join(directory, 'checkpoints')).sort().map(name => `checkpoints/${name}`)
  return Object.fromEntries(['metrics.jsonl', ...checkpoints].map(name => [name, createHash('sha256').update(readFileSync(join(directory, name))).digest('hex')]))
}
