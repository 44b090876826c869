import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { presetNamed } from '../../../../core/architecture/index.ts'
import { dropDraft, keepDraft, listDrafts, openDraft } from '../../../../main/services/projects/drafts.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const digits = presetNamed('digits')

it('what was not saved is there after a crash, until it is dropped', async () => {
  const home = await temporaryFolder()
  const log: string[] = []
  const list = (): ReturnType<typeof listDrafts> => listDrafts(home, message => log.push(message))
  await expect(list()).resolves.toEqual([])
  await keepDraft(home, 'draft-one', { place: null, revision: null, project: digits })
  await keepDraft(home, 'draft-one', { place: null, revision: null, project: { ...digits, name: 'later' } })
  await keepDraft(home, 'draft-two', { place: { id: 'digits' }, revision: 'a'.repeat(64), project: digits })
  expect((await list()).map(({ draft, name, place }) => ({ draft, name, place }))).toEqual([
    { draft: 'draft-two', name: 'digits', place: { id: 'digits' } },
    { draft: 'draft-one', name: 'later', place: null },
  ])
  await expect(openDraft(home, 'draft-one')).resolves.toMatchObject({ project: { name: 'later', architecture: digits.architecture } })
  await dropDraft(home, 'draft-one')
  await dropDraft(home, 'draft-one')
  await expect(openDraft(home, 'draft-one')).rejects.toThrow('found nothing of this name')

  // A torn file is told of and left out.
  await writeFile(join(home, 'drafts', 'draft-bad.json'), '{"version":1')
  expect((await list()).map(({ draft }) => draft)).toEqual(['draft-two'])
  expect(log.join()).toContain('draft-bad.json')
})

it('are not without end: the oldest goes', async () => {
  const home = await temporaryFolder()
  for (let number = 0; number < 53; number++) await keepDraft(home, `draft-${String(number).padStart(3, '0')}`, { place: null, revision: null, project: digits })
  const names = await readdir(join(home, 'drafts'))
  expect(names).toHaveLength(50)
  expect(names).toContain('draft-052.json')
})
