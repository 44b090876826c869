import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface SpawnOptions {
  /** A plain node: that of Electron cannot map GPU buffers (design.md, section 1). This process's own if left out. */
  readonly nodePath?: string | undefined
  /** The engine's entry as JavaScript, in packaged builds. Left out, it is the one beside this file's sources. */
  readonly entry?: string | undefined
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Starts the engine process with a message channel and pipes for its output. */
export function spawnEngine({ nodePath = process.execPath, entry, env = {} }: SpawnOptions): ChildProcess {
  const script = entry ?? ownEntry()
  const loader = script.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : []
  const runtime = privateRuntimeFolder(env)
  const child = spawn(nodePath, [...loader, script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
    env: { ...process.env, ...(runtime !== undefined && { XDG_RUNTIME_DIR: runtime }), ...env },
  })
  if (runtime !== undefined) child.once('close', () => rmSync(runtime, { recursive: true, force: true }))
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
