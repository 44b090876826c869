import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { presets } from '../../../../core/architecture/index.ts'
import type { ProjectPlace } from '../../../../main/contract/app/projects.ts'
import { createFile, createProject, duplicateProject, openProject, parseProject, projectIds, projectText, renameProject, restoreProject, saveProject, trashProject } from '../../../../main/services/projects/store.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const digits = presets[0] as (typeof presets)[number]

describe('projects', () => {
  it('reopen byte-equal, every preset of them', async () => {
    const home = await temporaryFolder()
    for (const preset of presets) {
      const { place, revision } = await createProject(home, preset)
      const path = join(home, 'projects', `${'id' in place ? place.id : ''}.json`)
      const before = await readFile(path)
      const opened = await openProject(home, place)
      expect(opened).toMatchObject({ revision, project: preset })
      await expect(saveProject(home, place, opened.project, revision)).resolves.toEqual({ outcome: 'saved', revision })
      expect(await readFile(path)).toEqual(before)
    }
  })

  it('get ids of their names, one each, that every system can hold', async () => {
    const home = await temporaryFolder()
    for (const name of ['My Net', 'My Net', 'con', '網', '../../x']) await createProject(home, { ...digits, name })
    expect((await projectIds(home)).sort()).toEqual(['my-net', 'my-net-2', 'project', 'project-con', 'x'])
  })

  it('are not written over when somebody else has changed or removed them', async () => {
    const home = await temporaryFolder()
    const { place, revision } = await createProject(home, digits)
    const theirs = await saveProject(home, place, { ...digits, name: 'theirs' }, revision)
    await expect(saveProject(home, place, { ...digits, name: 'mine' }, revision)).resolves.toEqual({ ...theirs, outcome: 'conflict' })
    expect((await openProject(home, place)).project.name).toBe('theirs')
    // Asked for in spite of that.
    await expect(saveProject(home, place, { ...digits, name: 'mine' }, null)).resolves.toMatchObject({ outcome: 'saved' })
    await trashProject(home, 'digits')
    await expect(saveProject(home, place, digits, revision)).resolves.toEqual({ outcome: 'conflict', revision: null })
    expect(await projectIds(home)).toEqual([])
  })

  it('are renamed in place, copied, thrown away and brought back', async () => {
    const home = await temporaryFolder()
    const { place } = await createProject(home, digits)
    await renameProject(home, place, 'Other')
    const copy = await duplicateProject(home, place)
    expect((await openProject(home, copy.place)).project.name).toBe('Other copy')
    const trashed = await trashProject(home, 'digits')
    expect(await projectIds(home)).toEqual(['other-copy'])
    await createProject(home, digits)
    await expect(restoreProject(home, trashed)).resolves.toMatchObject({ place: { id: 'digits-2' } })
    expect((await openProject(home, { id: 'digits-2' })).project.name).toBe('Other')
    for (const name of ['../projects/digits.json', 'x', '20260101-000000-none.json', '20260101-000000-../digits.json']) await expect(restoreProject(home, name)).rejects.toHaveProperty('name', 'BitwrightError')
  })

  it('live in files of their own, and never take the place of what is no project', async () => {
    const home = await temporaryFolder()
    const path = join(home, 'net.json')
    await createFile(home, path, digits, false)
    await expect(createFile(home, path, digits, false)).rejects.toThrow('found one of this name')
    await createFile(home, path, { ...digits, name: 'again' }, true)
    const other = join(home, 'settings.json')
    await writeFile(other, '{"important":true}')
    await expect(createFile(home, other, digits, true)).rejects.toThrow('found a file that is none')
    await expect(saveProject(home, { path: other }, digits, null)).rejects.toThrow('found a file that is none')
    expect(await readFile(other, 'utf8')).toBe('{"important":true}')
  })

  it.each<ProjectPlace>([{ id: '../x' }, { id: 'a/b' }, { id: '' }, { id: 'con' }, { path: 'net.json' }, { path: '/etc/passwd' }, { path: '/tmp/.json' }, { path: '/tmp/x\0.json' }])('refuse the place %j', async place => {
    const home = await temporaryFolder()
    await expect(openProject(home, place)).rejects.toHaveProperty('name', 'BitwrightError')
    await expect(saveProject(home, place, digits, null)).rejects.toHaveProperty('name', 'BitwrightError')
    await expect(projectIds(home)).resolves.toEqual([])
  })

  it('do not follow a link out of the home', async () => {
    const home = await temporaryFolder()
    const outside = join(await temporaryFolder(), 'outside.json')
    await writeFile(outside, projectText(digits))
    await mkdir(join(home, 'projects'))
    await symlink(outside, join(home, 'projects', 'link.json'))
    await expect(openProject(home, { id: 'link' })).rejects.toThrow('leads out of it')
    await expect(saveProject(home, { id: 'link' }, { ...digits, name: 'changed' }, null)).rejects.toThrow('leads out of it')
    expect(await readFile(outside, 'utf8')).toBe(projectText(digits))
  })

  it('leave nothing half-written', async () => {
    const home = await temporaryFolder()
    await createProject(home, digits)
    expect(await readdir(join(home, 'projects'))).toEqual(['digits.json'])
  })
})

describe('hostile project files are refused in bounded time', () => {
  const text = projectText(digits)
  const many = (count: number, item: string): string => Array.from({ length: count }, () => item).join(',')
  const document = (nodes: string, edges = ''): string => JSON.stringify({ ...digits, architecture: 'HERE' }).replace('"HERE"', `{"version":1,"nodes":[${nodes}],"edges":[${edges}]}`)
  it.each([
    ['no JSON', 'network', 'expected JSON'],
    ['another document', '[]', 'expected object'],
    ['cut short', text.slice(0, -20), 'expected JSON'],
    ['a million nodes', document(many(1_000_000, '{"id":"a","kind":"dense"}')), 'characters'],
    ['as many nodes as fit', document(many(300_000, '{"id":"a","kind":"dense"}')), '4096'],
    ['as many bad nodes as fit', document(many(300_000, '{"id":1,"kind":"dense"}')), 'nodes'],
    ['as many edges as fit', document('', many(100_000, '{"from":{"node":"a"},"to":{"node":"b"}}')), '16384'],
    ['huge numbers', text.replace(/"units": \d+/, '"units": 1e999'), 'attributes'],
    ['a prototype key', text.replace('"units"', '"__proto__"'), '__proto__'],
    ['a constructor key', text.replace('"units"', '"constructor"'), 'constructor'],
    ['nesting without end', `{"name":${'['.repeat(1_000_000)}`, 'nested'],
    ['a key twice', text.replace('"name"', '"name": "a",\n  "name"'), 'twice'],
    ['a field of its own', text.replace('"name"', '"extra": 1,\n  "name"'), 'extra'],
  ])('%s', (_, hostile, why) => {
    const begun = performance.now()
    expect(() => parseProject(hostile, 'net.json')).toThrow(why)
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})
