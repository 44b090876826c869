import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { acquireLock, isLocked } from '../../../../main/services/runs/lock.ts'
import { DEAD, processToken } from '../../../../main/services/runs/process-token.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const nonce = 'ab'.repeat(12)

function sleeper(): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function lockFile(owner?: object): Promise<string> {
  const path = join(await temporaryFolder(), 'lock')
  if (owner) await writeFile(path, JSON.stringify({ pid: 1, started: null, host: hostname(), nonce, ...owner }))
  return path
}

test('a lock is exclusive until it is released, and leaves nothing behind', async () => {
  const path = await lockFile()
  const lock = await acquireLock(path)
  expect(await isLocked(path)).toBe(true)
  await expect(acquireLock(path, { patience: 0 })).rejects.toThrow(`process ${process.pid} is at work on this run`)
  lock.release()
  expect(await isLocked(path)).toBe(false)
  ;(await acquireLock(path, { patience: 0 })).release()
  expect(await readdir(join(path, '..'))).toEqual([])
})

test('the lock of a living process is respected, that of a dead one taken over', async () => {
  const child = sleeper()
  const pid = child.pid as number
  const path = await lockFile({ pid, started: await processToken(pid) })
  await expect(acquireLock(path, { patience: 150 })).rejects.toThrow(`process ${pid}`)
  const closed = new Promise(resolve => child.once('close', resolve))
  const waiting = acquireLock(path, { patience: 5000 })
  child.kill('SIGKILL')
  await closed
  const lock = await waiting
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid })
  expect(await readdir(join(path, '..'))).toEqual(['lock'])
  lock.release()
})

test.runIf(process.platform === 'linux')('a process that has the number of a dead one is not taken for it', async () => {
  const pid = sleeper().pid as number
  const path = await lockFile({ pid, started: 'another boot 1' })
  expect(await isLocked(path)).toBe(false)
  ;(await acquireLock(path, { patience: 0 })).release()
})

test('a process that has ended has no token, one that runs keeps it', async () => {
  const child = sleeper()
  const token = await processToken(child.pid as number)
  expect(await processToken(child.pid as number)).toBe(token)
  const closed = new Promise(resolve => child.once('close', resolve))
  child.kill('SIGKILL')
  await closed
  expect(await processToken(child.pid as number)).toBe(DEAD)
})

test('of many that find a dead lock at once, one gets it', async () => {
  const path = await lockFile({ started: 'another boot 1' })
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => acquireLock(path, { patience: 0 })))
  const held = outcomes.filter(outcome => outcome.status === 'fulfilled')
  expect(held).toHaveLength(1)
  for (const { value } of held) value.release()
  expect(existsSync(path)).toBe(false)
})

test('a lock of another machine, or one that says nothing, is left to the person', async () => {
  const other = await lockFile({ host: 'elsewhere.example' })
  await expect(acquireLock(other, { patience: 0 })).rejects.toThrow(/process 1 on elsewhere\.example.*if it is gone, delete/)
  const damaged = await lockFile()
  await writeFile(damaged, '')
  await expect(acquireLock(damaged, { patience: 0 })).rejects.toThrow(/delete the file/)
})
