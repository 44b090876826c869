import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { HomeHold } from '../../../../main/services/app/hold.ts'
import type { HomeState } from '../../../../main/contract/app/workbench.ts'
import { makeReadOnly, smallDisk } from '../../../support/small-disk.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function hold(home: string, face: 'browser' | 'electron' = 'browser'): Promise<{ readonly hold: HomeHold; readonly told: HomeState[]; readonly taken: () => number }> {
  const told: HomeState[] = []
  let taken = 0
  const made = new HomeHold({ home, face, tell: state => told.push(state), taken: () => taken++ })
  onTestFinished(() => made.close())
  await made.settled
  return { hold: made, told, taken: () => taken }
}

test('the first has the home, the second is told who, and gets it when the first is gone and it is asked to', async () => {
  const home = await temporaryFolder()
  const first = await hold(home, 'electron')
  const second = await hold(home)
  expect(first.told).toEqual([{ mine: true, holder: null, fault: null }])
  expect([first.taken(), second.taken()]).toEqual([1, 0])
  expect(second.hold.state).toMatchObject({ mine: false, holder: { pid: process.pid, face: 'electron', machine: null, since: expect.stringMatching(/^20/) as unknown }, fault: null })
  await first.hold.require()
  await expect(second.hold.require()).rejects.toThrow(`another Bitwright (process ${process.pid}) trains in this home`)
  await expect(second.hold.take()).rejects.toThrow('trains in this home')
  first.hold.close()
  await expect.poll(() => second.hold.state.holder, { timeout: 10_000 }).toBeNull()
  await expect(second.hold.require()).rejects.toThrow('is gone')
  expect(second.taken()).toBe(0)
  expect(await second.hold.take()).toEqual({ mine: true, holder: null, fault: null })
  await second.hold.require()
  expect(second.taken()).toBe(1)
  second.hold.close()
  expect(existsSync(join(home, 'host.lock'))).toBe(false)
})

test('a home whose host was killed is free; one of another machine is not, and is named', async () => {
  const home = await temporaryFolder()
  const lock = { pid: 1, started: 'another boot 1', nonce: 'ab'.repeat(12), about: { face: 'teapot', since: 'yesterday' } }
  await writeFile(join(home, 'host.lock'), JSON.stringify({ ...lock, host: 'elsewhere.example' }))
  const far = await hold(home)
  expect(far.hold.state.holder).toEqual({ pid: 1, face: null, since: null, machine: 'elsewhere.example' })
  await expect(far.hold.require()).rejects.toThrow('(process 1 on elsewhere.example)')
  await writeFile(join(home, 'host.lock'), JSON.stringify({ ...lock, host: hostname() }))
  expect((await hold(home)).hold.state.mine).toBe(true)
})

test('on a read-only disk the app opens, and says why it does not train', async () => {
  const home = smallDisk('256k')
  if (home === undefined) return
  makeReadOnly(home)
  const { hold: only } = await hold(home)
  expect(only.state).toMatchObject({ mine: false, holder: null, fault: { what: 'the disk is read-only' } })
  await expect(only.require()).rejects.toThrow('this home cannot be used for training: the disk is read-only')
})
