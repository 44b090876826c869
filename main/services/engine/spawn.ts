import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface SpawnOptions {
  /** A plain node: that of Electron cannot map GPU buffers (design.md, section 1). This process's own if left out. */
  readonly nodePath?: string | undefined
  /** The engine's entry as JavaScript, in packaged builds. Left out, it is the one beside this file's sources. */
  readonly entry?: string | undefined
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/**
 * Megabytes of V8's young generation. A step leaves little behind but handles of GPU objects, which keep their native halves until
 * they are collected: with the default of 16 the process holds 70 MB more.
 */
const YOUNG_MEGABYTES = 2

/** Starts the engine process with a message channel and pipes for its output. */
export function spawnEngine({ nodePath = process.execPath, entry, env = {} }: SpawnOptions): ChildProcess {
  const script = entry ?? ownEntry()
  const loader = script.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : []
  const runtime = privateRuntimeFolder(env)
  const child = spawn(nodePath, [`--max-semi-space-size=${YOUNG_MEGABYTES}`, ...loader, script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
    env: { ...process.env, ...(runtime !== undefined && { XDG_RUNTIME_DIR: runtime }), ...env },
  })
  if (runtime !== undefined) {
    const remove = (): void => {
      rmSync(runtime, { recursive: true, force: true })
      process.off('exit', remove)
    }
    child.once('exit', remove)
    // Whoever does not wait for the engine to end leaves nothing behind either.
    process.once('exit', remove)
  }
  return child
}

/** Run from sources, this file is TypeScript, and so is the entry. */
function ownEntry(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`../../engine/entry.${extension}`, import.meta.url))
}

/** Vulkan's loader complains on every start where XDG_RUNTIME_DIR is missing, as it is in containers. */
function privateRuntimeFolder(env: Readonly<Record<string, string>>): string | undefined {
  if (process.platform !== 'linux' || process.env.XDG_RUNTIME_DIR || env.XDG_RUNTIME_DIR) return undefined
  return mkdtempSync(join(tmpdir(), 'bitwright-runtime-'))
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that the ended one has started may still hold its pipes; nobody waits for that. */
const PIPES_MILLISECONDS = 500

/**
 * How the process ended, once its last message and its last line are here. The event "close" would say so, but Node 20 does not emit
 * it after this side has closed the message channel.
 */
export async function exitOf(child: ChildProcess): Promise<Exit> {
  const ended = new Promise<Exit>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null })
    })
  })
  const pipes = [child.stdout, child.stderr].map(async stream => stream && !stream.closed && once(stream, 'close'))
  const channel = child.connected && once(child, 'disconnect')
  const exit = await ended
  await Promise.race([Promise.allSettled([...pipes, channel]), setTimeout(PIPES_MILLISECONDS)])
  return exit
}
