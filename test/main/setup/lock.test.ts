import { existsSync, mkdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { withLock } from '../../../main/setup/lock.mjs'
import { folderOf, write } from './fixture.ts'

const quiet = { waiting: () => undefined }

describe('the setup lock', () => {
  it('lets one at a time in, and leaves nothing behind', async () => {
    const lock = join(folderOf({}), 'out', 'setup.lock')
    let inside = 0
    let most = 0
    const enter = () =>
      withLock(lock, quiet, async () => {
        most = Math.max(most, ++inside)
        await sleep(20)
        inside--
      })
    await Promise.all([enter(), enter(), enter()])
    expect(most).toBe(1)
    expect(existsSync(lock)).toBe(false)
  })

  it('is released when the work fails', async () => {
    const lock = join(folderOf({}), 'setup.lock')
    await expect(withLock(lock, quiet, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(existsSync(lock)).toBe(false)
  })

  it('is taken from an owner that gives no sign of life, by one of those who wait', async () => {
    const folder = folderOf({ 'setup.lock/owner': '1 gone' })
    const lock = join(folder, 'setup.lock')
    utimesSync(lock, new Date(0), new Date(0))
    let inside = 0
    const enter = () =>
      withLock(lock, quiet, async () => {
        expect(++inside).toBe(1)
        await sleep(50)
        inside--
      })
    await Promise.all([enter(), enter()])
    expect(existsSync(`${lock}.breaking`)).toBe(false)
  })

  it('is not taken from an owner that lives', async () => {
    const lock = join(folderOf({}), 'setup.lock')
    const order: string[] = []
    const long = withLock(lock, { ...quiet, staleAfter: 300 }, async () => {
      await sleep(900)
      order.push('first')
    })
    await withLock(lock, { ...quiet, staleAfter: 300 }, async () => void order.push('second'))
    await long
    expect(order).toEqual(['first', 'second'])
  })

  it('gets past a process that died while it took a lock away', async () => {
    const folder = folderOf({ 'setup.lock/owner': '1 gone' })
    const lock = join(folder, 'setup.lock')
    mkdirSync(`${lock}.breaking`)
    for (const path of [lock, `${lock}.breaking`]) utimesSync(path, new Date(0), new Date(0))
    await expect(withLock(lock, quiet, async () => 'in')).resolves.toBe('in')
  })

  it('leaves a lock that another has taken meanwhile', async () => {
    const folder = folderOf({})
    const lock = join(folder, 'setup.lock')
    await withLock(lock, quiet, async () => write(folder, 'setup.lock/owner', '2 another'))
    expect(existsSync(lock)).toBe(true)
  })

  it('tells once whom it waits for', async () => {
    const lock = join(folderOf({}), 'setup.lock')
    const told: string[] = []
    const first = withLock(lock, quiet, () => sleep(250))
    await withLock(lock, { waiting: owner => told.push(owner) }, async () => undefined)
    await first
    expect(told).toEqual([String(process.pid)])
  })
})
