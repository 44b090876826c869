import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { AdapterSchema } from '../../contract/engine.ts'
import { homeFolders, homePath } from '../../services/home.ts'
import { bitwrightVersion } from '../../services/runs/record.ts'
import { findAdapter } from '../../setup/adapter.mjs'
import { thisMachine } from '../../setup/machine.mjs'
import { driverRemedy } from '../../setup/mesa.mjs'
import { SetupError } from '../../setup/trouble.mjs'
import { adapterText, withEngine, type Adapter } from '../engine.ts'
import { FolderSchema, lookAt, type Folder } from '../folders.ts'
import { bytesText } from '../format/numbers.ts'
import { facts, table } from '../format/table.ts'
import type { Context, Outcome } from '../run.ts'
import type { Notes } from '../terminal.ts'

const DoctorSchema = z.strictObject({
  /** Its name; null if none opens. */
  adapter: z.string().nullable(),
  kind: z.enum(['gpu', 'cpu']).nullable(),
  ok: z.boolean(),
  /** What to do about whatever is missing; empty if ok. */
  remedies: z.array(z.string()),
  /** What is wrong, in the order of the remedies. */
  problems: z.array(z.string()),
  details: AdapterSchema.nullable(),
  /** What training may take on it; null where nobody knows. */
  memoryBytes: z.number().nullable(),
  versions: z.strictObject({ bitwright: z.string(), node: z.string(), webgpu: z.string(), platform: z.string() }),
  folders: z.array(FolderSchema),
})
type Doctor = z.infer<typeof DoctorSchema>

const SILENT: Notes = { interactive: false, line: () => undefined, moving: () => undefined, settle: () => undefined }

interface Complaint {
  readonly what: string
  readonly remedy: string
}

export async function doctor(context: Context): Promise<Outcome<typeof DoctorSchema>> {
  const home = homePath({ home: context.home })
  const found = await adapterOrComplaint(home)
  const folders = await Promise.all(Object.entries({ home, ...homeFolders(home) }).map(([name, path]) => lookAt(name, path)))
  const details = 'adapter' in found ? found.adapter : null
  const complaints = [
    ...('complaint' in found ? [found.complaint] : []),
    ...folders.flatMap(({ path, writable }) => (writable ? [] : [{ what: `${path} cannot be written to`, remedy: 'change its permissions, or name another folder with --home or BITWRIGHT_HOME' }])).slice(0, 1),
  ]
  const value: Doctor = {
    adapter: details?.name ?? null,
    kind: details?.kind ?? null,
    ok: complaints.length === 0,
    remedies: complaints.map(complaint => complaint.remedy),
    problems: complaints.map(complaint => complaint.what),
    details,
    memoryBytes: 'adapter' in found ? found.memoryBytes : null,
    versions: versions(),
    folders,
  }
  const [first] = complaints
  return { schema: DoctorSchema, value, text: doctorText(value), ...(first && { failure: first }) }
}

/** The engine says what it computes on; if it cannot, setup knows what this system lacks. */
async function adapterOrComplaint(home: string): Promise<{ readonly adapter: Adapter; readonly memoryBytes: number | null } | { readonly complaint: Complaint }> {
  try {
    // What a driver prints while it fails is what doctor is asked to put into words.
    return await withEngine({ notes: SILENT }, home, engine => engine.call('doctor', {}))
  } catch (error) {
    if (!(error instanceof BitwrightError)) throw error
    return { complaint: { what: error.what, remedy: await remedyFromSetup() } }
  }
}

async function remedyFromSetup(): Promise<string> {
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  const machine = { ...thisMachine(), say: () => undefined }
  try {
    const { name } = await findAdapter(root, machine)
    return `start it with "npm run bitwright -- doctor", which prepares this system; it then finds ${name}`
  } catch (cause) {
    if (!(cause instanceof SetupError)) throw cause
    // Its message is what is wrong, then what helps.
    const remedy = cause.message.split('; ').slice(1).join('; ')
    return remedy || ((await driverRemedy(machine)) ?? 'update the graphics driver of this system')
  }
}

function versions(): Doctor['versions'] {
  return { bitwright: bitwrightVersion(), node: process.versions.node, webgpu: webgpuVersion(), platform: `${process.platform} ${process.arch}` }
}

function webgpuVersion(): string {
  try {
    return z.object({ version: z.string() }).parse(createRequire(import.meta.url)('webgpu/package.json')).version
  } catch {
    return 'not installed'
  }
}

export function doctorText({ details, memoryBytes, versions, folders, problems, remedies }: Doctor): string {
  return [
    ...facts([
      ['computing on', details ? adapterText(details) : 'nothing: no adapter opens'],
      ...(details ? adapterFacts(details) : []),
      details && memoryBytes !== null ? ['memory', `${bytesText(memoryBytes)} free for training`] : undefined,
      ['versions', `bitwright ${versions.bitwright}, node ${versions.node}, webgpu (Dawn) ${versions.webgpu}, ${versions.platform}`],
    ]),
    '',
    ...table<Folder>([
      { title: 'folder', cell: folder => folder.name },
      { title: 'path', cell: folder => folder.path },
      { title: 'free', align: 'right', cell: folder => (folder.freeBytes === null ? '-' : bytesText(folder.freeBytes)) },
      { title: '', cell: folder => (folder.writable ? (folder.exists ? '' : 'made when needed') : 'cannot be written to') },
    ], folders),
    '',
    ...(problems.length === 0 ? ['everything that is needed is there'] : problems.map((problem, at) => `missing: ${problem}\n  what helps: ${remedies[at] ?? ''}`)),
  ].join('\n')
}

function adapterFacts({ vendor, driver, subgroupSize, timestamps, maxBindingBytes, maxBufferBytes }: Adapter): (readonly [string, string])[] {
  return [
    ['vendor', vendor || 'not told'],
    ['driver', driver || 'not told'],
    ['subgroups', subgroupSize === 0 ? 'none of a fixed size' : `${subgroupSize} wide`],
    ['timestamps', timestamps ? 'yes' : 'no'],
    ['limits', `${bytesText(maxBufferBytes)} a buffer, ${bytesText(maxBindingBytes)} a binding`],
  ]
}
