import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { TrainResultSchema } from '../../../main/contract/engine.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { runCli, startCli } from './run-cli.ts'

/** Two layers of 128: an epoch in about a second on a processor. */
const SMALL = ['digits', '--width-scale', '0.25', '--limit-train', '1500', '--set', 'recipe.validation=500']

describe('a run from training to prediction', () => {
  let home: string
  let run: string

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bitwright-cli-'))
    return () => rm(home, { recursive: true, force: true })
  })

  test('train on a fresh home', async () => {
    const { code, json, stdout, stderr } = await runCli(['train', ...SMALL, '--epochs', '2', '--json'], { home })
    expect(code, stderr).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    const result = TrainResultSchema.parse(json)
    expect(result).toMatchObject({ state: 'finished', epochs: 2 })
    expect(result.testError).toBeLessThan(0.6)
    expect(stderr).toMatch(/^computing on .+ \((software, cpu|hardware, gpu)\)$/m)
    expect(stderr.match(/^ +[12]\/2 .*/gm)).toHaveLength(2)
    expect(stderr).not.toContain('\r')
    run = result.run
  })

  test('eval counts the same errors on the test images', async () => {
    const { code, json } = await runCli(['eval', run, '--json'], { home })
    expect(code).toBe(0)
    expect(json).toMatchObject({ arithmetic: 'bits', images: 1000, classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] })
    const { arithmetic: _, imagesPerSecond: __, ...figures } = json as Record<string, unknown>
    expect((await runCli(['eval', run, '--packed', '--json'], { home })).json).toMatchObject({ arithmetic: 'packed', ...figures })
    const { stdout } = await runCli(['eval', 'latest', '--split', 'validation'], { home })
    expect(stdout).toMatch(/^images +500 \(validation\)$/m)
    expect(stdout).toMatch(/guessing: 90\.00 %/)
  })

  test('predict names a PNG file, and refuses one of another size', async () => {
    const picture = join(home, 'one.png')
    await writeFile(picture, strokes(28))
    const { code, json, stderr } = await runCli(['predict', run, picture, '--json'], { home })
    expect(code, stderr).toBe(0)
    expect(json).toMatchObject({ predictions: [{ image: picture, class: expect.any(Number) as unknown, scores: Array.from({ length: 10 }, () => expect.any(Number) as unknown) }] })
    const wrong = join(home, 'wrong.png')
    await writeFile(wrong, strokes(20))
    const refused = await runCli(['predict', run, wrong], { home })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/28 × 28 .* found 20 × 20/)
  })

  test.each<readonly [readonly string[], RegExp]>([
    [['eval', 'nothing'], /there is no run "nothing"/],
    [['resume', '../elsewhere'], /found nothing of this name/],
    [['predict', 'latest', 'no.png'], /found nothing of this name/],
    [['train', ...SMALL, '--batch', '1001'], /batch/],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await runCli(args, { home })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^error: /m)
  })
})

test('an interrupted run keeps a checkpoint, and goes on to the same end', async () => {
  const home = await temporaryFolder()
  const arguments_ = [...SMALL, '--epochs', '6', '--json']
  const interrupted = startCli(['train', ...arguments_], { home })
  await interrupted.says(/^ +1\/6 /m)
  interrupted.child.kill('SIGINT')
  const { code, json, stderr } = await interrupted.ended
  expect(code, stderr).toBe(130)
  const stopped = TrainResultSchema.parse(json)
  expect(stopped.state).toBe('stopped')
  expect(stopped.epochs).toBeLessThan(6)

  const resumed = await runCli(['resume', stopped.run, '--json'], { home })
  expect(resumed.code, resumed.stderr).toBe(0)
  const whole = TrainResultSchema.parse((await runCli(['train', ...arguments_], { home })).json)
  const { validError, testError, trainError, bestEpoch } = whole
  expect(TrainResultSchema.parse(resumed.json)).toMatchObject({ run: stopped.run, state: 'finished', epochs: 6, validError, testError, trainError, bestEpoch })
})

test('a second interrupt ends at once', async () => {
  const home = await temporaryFolder()
  const running = startCli(['train', ...SMALL, '--epochs', '1000'], { home })
  await running.says(/^ +1\/1,000 /m)
  running.child.kill('SIGINT')
  await new Promise(resolve => setTimeout(resolve, 400))
  running.child.kill('SIGINT')
  expect((await running.ended).code).toBe(130)
})

test('doctor says what computes', async () => {
  const { code, json } = await runCli(['doctor', '--json'], { home: await temporaryFolder() })
  expect(code).toBe(0)
  expect(json).toMatchObject({ ok: true, remedies: [], adapter: expect.any(String) as unknown, kind: expect.stringMatching(/^(gpu|cpu)$/) as unknown })
})

/** A bright vertical stroke on black, in grey. */
function strokes(size: number): Buffer {
  const png = new PNG({ width: size, height: size, colorType: 0 })
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const value = Math.abs(x - size / 2) < 2 && y > 4 && y < size - 4 ? 255 : 0
      png.data.set([value, value, value, 255], 4 * (y * size + x))
    }
  }
  return PNG.sync.write(png, { colorType: 0 })
}
