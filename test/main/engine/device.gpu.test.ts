import { expect, test } from 'vitest'
import type { JobContext } from '../../../main/engine/context.ts'
import { RunControl } from '../../../main/engine/control.ts'
import { faultOf } from '../../../main/contract/faults.ts'
import { train } from '../../../main/engine/jobs/train.ts'
import { Workshop } from '../../../main/engine/toolbox.ts'
import { listRuns, openLatest, openRun } from '../../../main/services/runs/index.ts'
import { smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Trains without an end, and does `harm` to the device after the first epoch. */
async function trainAndHarm(harm: (device: GPUDevice) => void): Promise<{ home: string; error: unknown; states: string[] }> {
  const home = await temporaryFolder()
  await storeSmall(home)
  const workshop = await Workshop.open()
  const states: string[] = []
  const context: JobContext = {
    workshop: async () => workshop,
    control: new RunControl(),
    log: () => undefined,
    emit(event, data) {
      if (event === 'epoch') harm(workshop.device.device)
      if ('state' in data) states.push(data.state)
    },
  }
  const error = await train(context, { home, project: smallProject({ recipe: { epochs: 100_000 } }), dataset: 'small', waits: false }).catch((reason: unknown) => reason)
  expect(workshop.failure).toBe(error)
  return { home, error, states }
}

async function expectSaved(home: string, summary: object): Promise<void> {
  expect((await listRuns(home))[0]).toMatchObject(summary)
  const latest = await openLatest(await openRun(home, 'latest'), message => expect.unreachable(message))
  const { epoch } = latest?.notes.position ?? {}
  await latest?.close()
  expect(epoch).toBeGreaterThan(0)
}

test('an error that nobody asked for on the device fails the run, and is told', async () => {
  const { home, error, states } = await trainAndHarm(device => void device.createBuffer({ size: 4, usage: 1 | 2 }))
  expect(faultOf(error).what).toMatch(/the GPU refused a command: .*usage/)
  expect(states.at(-1)).toBe('failed')
  await expectSaved(home, { state: 'failed', fault: { what: expect.stringContaining('the GPU refused a command') as string } })
})

test('a lost device stops the run with the reason, as nothing the run did, and keeps what was saved', async () => {
  const { home, error, states } = await trainAndHarm(device => device.destroy())
  expect(faultOf(error)).toMatchObject({ what: expect.stringMatching(/the GPU device was lost \(destroyed/) as string, remedy: expect.stringContaining('bitwright resume') as string })
  expect(states.at(-1)).toBe('stopped')
  await expectSaved(home, { state: 'stopped', fault: null, recovery: expect.stringMatching(/^the GPU device was lost \(destroyed.* at step [\d,]+, in epoch \d+; the last checkpoint is of step [\d,]+$/s) as string })
})

test('what is not meant for a person is named as a bug', () => {
  expect(faultOf(new TypeError('x is undefined'))).toMatchObject({ what: 'a bug in Bitwright: x is undefined', remedy: expect.stringContaining('report it') as string })
})
