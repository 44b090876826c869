import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { annotate } from '../../../main/services/runs/notes.ts'
import { storedRun } from '../../support/checkpoints.ts'
import { readEventFile } from '../../support/event-file.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { runCli } from './run-cli.ts'

const IDS = ['20260101-000000-small-aaaa', '20260202-000000-small-cccc'] as const

test('runs are listed, shown, exported, thrown away and brought back', async () => {
  const home = await temporaryFolder()
  for (const id of IDS) await storedRun(home, { id, epochs: 2 })
  await annotate(join(home, 'runs', IDS[0]), { name: 'first try', tags: ['a', 'b'] })
  const cli = (...args: string[]): ReturnType<typeof runCli> => runCli(['runs', ...args], { home })

  const listed = await cli('--json')
  expect(listed.json).toMatchObject({ runs: [{ id: IDS[1], interrupted: true }, { id: IDS[0], name: 'first try', tags: ['a', 'b'], best: { epoch: 2 } }] })
  const shown = await cli('show', '20260101')
  expect(shown.stdout).toMatch(/^name +first try$/m)
  expect(shown.stdout).toMatch(/^recipe\.batchSize +20$/m)
  expect(shown.stdout).toMatch(/^what happened +its engine ended without a word/m)

  const out = join(home, 'out')
  const exported = await cli('export', ...IDS, '--format', 'tensorboard', '--out', out, '--json')
  expect(exported).toMatchObject({ code: 0, json: { path: out } })
  for (const id of IDS) {
    const [file = '', ...others] = await readdir(join(out, id))
    expect(others).toEqual([])
    expect(readEventFile(await readFile(join(out, id, file))).events.map(({ step }) => step)).toEqual([10, 20])
  }

  expect(await cli('trash', IDS[0], '--json')).toMatchObject({ code: 0, json: { runs: [IDS[0]] } })
  expect(await readdir(join(home, 'runs'))).toEqual([IDS[1]])
  expect(await cli('restore', IDS[0])).toMatchObject({ code: 0 })
  expect((await readdir(join(home, 'runs'))).sort()).toEqual([...IDS])
  const wrong = await cli('export', IDS[0], '--format', 'xml', '--out', out)
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Allowed choices are tensorboard, csv')])
})
