import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRun, runIds } from '../../../main/services/runs/open.ts'
import { openTestHost } from '../../support/hosts.ts'
import { smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { runCli, startCli } from './run-cli.ts'

test('a sweep is queued and trained from the command line; an interrupt is gone on from', async () => {
  const folder = await temporaryFolder()
  const home = join(folder, 'home')
  await mkdir(home)
  await storeSmall(home)
  const project = join(folder, 'small.json')
  await writeFile(project, JSON.stringify(smallProject()))
  const add = ['queue', 'add', project, '--grid', 'nodes.dense1.units=32,64', '--json']
  const wrong = await runCli([...add, '--grid', 'recipe.batchSize=20,0'], { home })
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('combination 2 of 4 (nodes.dense1.units=32, recipe.batchSize=0)')])
  expect(await runCli([...add, '--epochs', '20', '--name', 'widths'], { home })).toMatchObject({ code: 0, json: { entries: [{ set: ['nodes.dense1.units=32'], state: 'waiting', epochs: 20 }, { set: ['nodes.dense1.units=64'] }] } })

  const first = startCli(['queue', 'run'], { home })
  await first.says(/widths, nodes\.dense1\.units=32: run /)
  await first.says(/^ +1\/20 /m)
  const [id = ''] = await runIds(home)
  process.kill((await readRun(join(home, 'runs', id))).record.pid ?? 0, 'SIGKILL')
  await first.says(new RegExp(`^warning: run ${id} goes on from its last checkpoint, since the engine died with signal SIGKILL`, 'm'))
  await first.says(/^ +3\/20 /m)
  first.child.kill('SIGINT')
  expect(await first.ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/^computing on .*\((software, cpu|hardware, gpu)\)$/m) as unknown, stdout: expect.stringMatching(/units=32 +20 +running .*\n.*units=64 +20 +waiting/) as unknown })
  const { json } = await runCli(['queue', '--json'], { home })
  expect(json).toMatchObject({ entries: [{ state: 'running', run: expect.any(String) as unknown }, { state: 'waiting', run: null }] })
  const { code, json: done } = await runCli(['queue', 'run', '--json'], { home })
  expect([code, done]).toMatchObject([0, { entries: [{ state: 'finished', run: (json as { entries: { run: string }[] }).entries[0]?.run }, { state: 'finished' }] }])

  const fork = ['queue', 'fork', 'latest', '--checkpoint', 'last', '--seed', '5', '--json']
  expect(await runCli([...fork, '--epochs', '20'], { home })).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing is left to train') as unknown })
  const queued = await runCli([...fork, '--epochs', '21'], { home })
  expect([queued.code, queued.json], queued.stderr).toMatchObject([0, { entries: [{ state: 'waiting', seed: 5, epochs: 21, parent: { checkpoint: 'step-600.safetensors' } }] }])
  expect((await runCli(['queue'], { home })).stdout).toMatch(/fork of \S+ at step-600 recipe\.epochs=21 recipe\.seed=5 +21 +waiting/)
})

test('while a workbench has the home, the queue is its own', async () => {
  const host = await openTestHost()
  const { code, stderr } = await runCli(['queue', 'add', 'digits'], { home: host.home })
  expect([code, stderr]).toEqual([1, expect.stringContaining(`another Bitwright (process ${process.pid}) trains in this home`)])
  expect(await runCli(['queue', 'run'], { home: host.home })).toMatchObject({ code: 1, stderr: expect.stringContaining('trains in this home') as unknown })
})
