import { expect, it } from 'vitest'
import { BitwrightError } from '../../../../core/errors.ts'
import { Tasks } from '../../../../main/services/app/tasks.ts'
import type { Task } from '../../../../main/contract/app/workbench.ts'

function watched(): { tasks: Tasks; told: Task[] } {
  const told: Task[] = []
  return { told, tasks: new Tasks(task => told.push(task)) }
}

it('tells the beginning and the end, and between them not every step', async () => {
  const { tasks, told } = watched()
  await expect(tasks.run('task-0001', 'import x', async ({ progress }) => {
    for (let step = 0; step <= 1000; step++) progress('reading', step / 1000)
    return 7
  })).resolves.toBe(7)
  expect(told[0]).toMatchObject({ id: 'task-0001', state: 'running', done: null })
  expect(told.at(-1)).toMatchObject({ state: 'done', done: 1, doing: 'reading' })
  expect(told.length).toBeLessThan(50)
})

it('says why one failed', async () => {
  const { tasks, told } = watched()
  await expect(tasks.run('task-0001', 'import x', async () => {
    throw new BitwrightError({ what: 'no such file', where: 'x' })
  })).rejects.toThrow('no such file')
  expect(told.at(-1)).toMatchObject({ state: 'failed', fault: { what: 'no such file', where: 'x' } })
})

it('gives one up when asked, once', async () => {
  const { tasks, told } = watched()
  const work = tasks.run('task-0001', 'import x', ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))))
  await expect(tasks.run('task-0001', 'another', async () => undefined)).rejects.toThrow('already')
  expect(tasks.cancel('task-0002')).toBe(false)
  expect(tasks.cancel('task-0001')).toBe(true)
  await expect(work).rejects.toThrow('given up when asked')
  expect(told.at(-1)).toMatchObject({ state: 'cancelled' })
  expect(tasks.cancel('task-0001')).toBe(false)
  expect(tasks.list()).toHaveLength(1)
})
