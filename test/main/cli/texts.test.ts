import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { doctorText } from '../../../main/cli/commands/doctor.ts'
import { evaluationText } from '../../../main/cli/commands/eval.ts'
import { predictionText } from '../../../main/cli/commands/predict.ts'
import { Interrupted, Interrupts } from '../../../main/cli/interrupt.ts'
import { usageError } from '../../../main/cli/program.ts'
import { errorLine, perform, type Outcome } from '../../../main/cli/run.ts'
import { notesOn } from '../../../main/cli/terminal.ts'
import { follower, resultText } from '../../../main/cli/training.ts'
import type { TrainResult } from '../../../main/contract/engine.ts'

const result: TrainResult = {
  run: '20260101-000000-digits-abcd', directory: '/home/runs/20260101-000000-digits-abcd', state: 'finished', epochs: 8, bestEpoch: 7,
  trainError: 0.01, validError: 0.03, testError: 0.0333, seconds: 65, imagesPerSecond: 4000, deviceWaitShare: 0.001, adapter: 'llvmpipe', memory: { planned: 3 * 2 ** 20, allocated: 2.5 * 2 ** 20 },
}

describe('what training says at its end', () => {
  test('when it is done', () => {
    const text = resultText(result, { home: undefined, prolongable: false })
    expect(text).toContain('finished after 8 epochs')
    expect(text).toMatch(/best at epoch 7 +train error 1\.00 %, valid error 3\.00 %, test error 3\.33 %/)
    expect(text).toContain('1 min 05 s at 4,000 images/s on llvmpipe')
    expect(text).toContain('bitwright eval 20260101-000000-digits-abcd\n')
    expect(text).toContain('2.50 MiB on the device, of 3.00 MiB planned')
    expect(text).not.toContain('resume')
    expect(text).not.toContain('waited')
    expect(resultText({ ...result, deviceWaitShare: 0.25 }, { home: undefined, prolongable: false })).toMatch(/waited +25\.00 % of the time/)
  })

  test('when it may go on, with the home it needs', () => {
    expect(resultText(result, { home: '/data', prolongable: true })).toContain('bitwright resume 20260101-000000-digits-abcd --home /data --epochs N')
    expect(resultText({ ...result, state: 'stopped' }, { home: '/my data', prolongable: false })).toMatch(/bitwright resume \S+ --home "\/my data"$/)
  })

  test('when it was stopped before an epoch ended', () => {
    const text = resultText({ ...result, state: 'stopped', epochs: 0, bestEpoch: null, trainError: null, validError: null, testError: null, imagesPerSecond: 0 }, { home: undefined, prolongable: false })
    expect(text).toContain('no epoch has ended yet')
    expect(text).not.toContain('bitwright eval')
    expect(text).not.toContain('images/s')
  })
})

test('a run is followed with one line an epoch under one line of titles', () => {
  const written: string[] = []
  const follow = follower(notesOn({ write: text => written.push(text) }))
  const { run } = result
  follow({ event: 'state', data: { run, state: 'preparing', directory: '/home' } })
  for (const epoch of [1, 2]) {
    follow({ event: 'progress', data: { run, epoch, epochs: 2, step: 10 * epoch, batch: 10, batches: 10, loss: 1, error: 0.5, learningRate: 0.1, imagesPerSecond: 1000, secondsLeft: 1, deviceWaitShare: 0, point: { step: 10 * epoch, epoch, time: 0, processSeconds: 1, loss: 1, error: 0.5, learningRate: 0.1, imagesPerSecond: 1000, deviceWaitShare: 0 } } })
    follow({ event: 'epoch', data: { run, best: epoch === 2, record: { epoch, step: 10 * epoch, learningRate: 0.1, trainLoss: 1, trainError: 0.5, testLoss: 1, testError: 0.5, testTop5Error: 0.1 } } })
  }
  expect(written).toHaveLength(3)
  expect(written[0]).toMatch(/^epoch/)
  expect(written[1]).toMatch(/1\/2 .* 1,000\n$/)
  expect(written[2]).toMatch(/2\/2 .* best\n$/)
})

describe('an evaluation', () => {
  const base = { arithmetic: 'packed' as const, images: 20, error: 0.1, top5Error: 0, loss: 0.5, heads: [{ name: 'side', error: 0.25, top5Error: 0 }, { name: 'head', error: 0.1, top5Error: 0 }], perClass: [{ images: 10, errors: 1 }, { images: 10, errors: 1 }], imagesPerSecond: 100, adapter: 'llvmpipe' }

  test('of few classes shows who is taken for whom, beside guessing', () => {
    const text = evaluationText({ ...base, classes: ['cat', 'dog'], confusion: [[9, 1], [1, 9]] }, 'test')
    expect(text).toMatch(/^error of side +25\.00 %\nerror of head +10\.00 %$/m)
    expect(text).toMatch(/error +10\.00 % \(2 wrong; guessing: 50\.00 %\)/)
    expect(text).toMatch(/^cat +9 +1 +10\.00 %$/m)
    expect(text).not.toContain('top-5')
  })

  test('of many classes shows the worst confusions, also where the engine sends no table', () => {
    const classes = Array.from({ length: 40 }, (_, at) => `class ${at}`)
    const confusion = classes.map((_, a) => classes.map((_, p) => (a === 3 && p === 4 ? 7 : a === p ? 1 : 0)))
    expect(evaluationText({ ...base, classes, confusion }, 'test')).toMatch(/^class 3 +class 4 +7$/m)
    const perClass = classes.map((_, at) => ({ images: at === 9 ? 0 : 10, errors: at === 7 ? 9 : Number(at < 3) }))
    const text = evaluationText({ ...base, perClass, classes, confusion: [] }, 'test')
    expect(text).toMatch(/on llvmpipe\n\nclass +images +wrong +error *\n[^]*class 7 +10 +9 +90\.00 %\nclass 0 +10 +1 +10\.00 %/)
    expect(text).not.toContain('class 9')
  })
})

test('predictions name the class, its score and the next best, and at most a hundred of them', () => {
  const one = { image: 'a.png', class: 1, name: 'dog', scores: [0.25, 3.5, -1] }
  expect(predictionText([one], ['cat', 'dog', 'eel'])).toMatch(/^a\.png +dog +3\.500 +cat \(0\.2500\)$/m)
  expect(predictionText(Array.from({ length: 150 }, () => one), ['cat', 'dog', 'eel'])).toContain('and 50 more images')
})

test('a doctor without an adapter says what helps', () => {
  const versions = { bitwright: '0.1.0', node: '20.20.0', webgpu: '0.6.2', platform: 'linux x64' }
  const text = doctorText({ adapter: null, kind: null, ok: false, details: null, memoryBytes: null, versions, folders: [], problems: ['no WebGPU adapter was found'], remedies: ['run: apt-get install mesa-vulkan-drivers'] })
  expect(text).toContain('nothing: no adapter opens')
  expect(text).toContain('missing: no WebGPU adapter was found\n  what helps: run: apt-get install mesa-vulkan-drivers')
})

describe('how a command ends', () => {
  async function end(json: boolean, work: () => Promise<Outcome>) {
    const out: string[] = []
    const err: string[] = []
    const command = new Command('x').option('--json').option('--home <DIR>').action(() => undefined)
    await command.parseAsync(json ? ['--json'] : [], { from: 'user' })
    const code = await perform(command, { out: text => out.push(text), notes: notesOn({ write: text => err.push(text) }), interrupts: new Interrupts(() => undefined) }, work)
    return { code, out, err }
  }
  const outcome = { schema: z.strictObject({ run: z.string() }), value: { run: 'a' }, text: 'the run a' }

  test('well: text or JSON', async () => {
    expect(await end(false, async () => outcome)).toEqual({ code: 0, out: ['the run a'], err: [] })
    expect(await end(true, async () => outcome)).toEqual({ code: 0, out: ['{"run":"a"}'], err: [] })
  })

  test('with something to show that is not what was asked for', async () => {
    expect(await end(true, async () => ({ ...outcome, failure: { what: 'half of it', remedy: 'more' } }))).toEqual({ code: 1, out: ['{"run":"a"}'], err: ['error: half of it; more\n'] })
  })

  test('badly, in one line, without what would command the terminal', async () => {
    const work = (): Promise<never> => Promise.reject(new BitwrightError({ what: 'expected x, found "\u001b[2J\ny"', where: 'a.json', remedy: 'write x' }))
    expect(await end(false, work)).toEqual({ code: 1, out: [], err: ['error: expected x, found " [2J y"; at a.json; write x\n'] })
    const { out } = await end(true, work)
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ error: { where: 'a.json', remedy: 'write x' } })
  })

  test('at the wish of a person', async () => {
    expect((await end(false, () => Promise.reject(new Interrupted({ what: 'interrupted' })))).code).toBe(130)
  })

  test('in a mistake of ours, which is shown whole', async () => {
    const { code, err } = await end(true, async () => ({ ...outcome, value: { run: 3 } }))
    expect(code).toBe(1)
    expect(err.join('')).toMatch(/inside Bitwright.*doctor/)
    expect(errorLine('not even an error')).toContain('not even an error')
  })
})

test('wrong usage is one line too', () => {
  expect(usageError("error: unknown option '--epoch'\n(Did you mean --epochs?)\n")).toMatch(/^error: unknown option '--epoch' \(Did you mean --epochs\?\); see /)
})
