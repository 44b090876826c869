import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Memory } from '../../../../main/services/app/memory.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const fresh = { theme: 'system', tourSeen: false, layout: {}, lastProject: null }

it('remembers what it is told, also for another app on the same home', async () => {
  const home = await temporaryFolder()
  const warnings: string[] = []
  const [one, other] = [new Memory(home, message => warnings.push(message)), new Memory(home, message => warnings.push(message))]
  await expect(one.preferences()).resolves.toEqual(fresh)
  // Asking writes nothing.
  await expect(readdir(home)).resolves.toEqual([])
  await Promise.all([one.setPreferences({ theme: 'dark', layout: { sidebar: 240, open: ['log'] } }), one.setPreferences({ tourSeen: true })])
  await other.setPreferences({ layout: { sidebar: null, zoom: 1.5 }, lastProject: { id: 'digits' } })
  await expect(one.preferences()).resolves.toEqual({ theme: 'dark', tourSeen: true, layout: { open: ['log'], zoom: 1.5 }, lastProject: { id: 'digits' } })
  expect(warnings).toEqual([])
})

it('remembers what was opened, the last first, each place once', async () => {
  const memory = new Memory(await temporaryFolder(), () => undefined)
  for (const id of ['a', 'b', 'a']) await memory.opened({ id })
  await memory.opened({ path: '/x/a.json' })
  expect((await memory.recent()).map(({ place }) => place)).toEqual([{ path: '/x/a.json' }, { id: 'a' }, { id: 'b' }])
  await memory.forget({ id: 'a' })
  expect((await memory.recent()).map(({ place }) => place)).toEqual([{ path: '/x/a.json' }, { id: 'b' }])
})

it('begins anew with a file that it cannot read, and keeps that', async () => {
  const home = await temporaryFolder()
  await writeFile(join(home, 'workbench.json'), '{"version":1,"preferences":{"theme":"pink"}}')
  const warnings: string[] = []
  const memory = new Memory(home, message => warnings.push(message))
  await expect(memory.preferences()).resolves.toEqual(fresh)
  expect(warnings.join()).toContain('workbench.json.damaged')
  expect(await readFile(join(home, 'workbench.json.damaged'), 'utf8')).toContain('pink')
})
