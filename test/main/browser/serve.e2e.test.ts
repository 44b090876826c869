import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../support/temporary.ts'
import { startCli } from '../cli/run-cli.ts'
import { firstLine } from './first-line.ts'

/** Neither display nor opener, whatever the machine has. */
const env = { DISPLAY: '', WAYLAND_DISPLAY: '' }

test.each([[['serve', '--json', '--no-open']], [['--json']]])('bitwright %j says where the workbench is, and ends when it is interrupted', async args => {
  const { child, ended } = startCli(args, { home: await temporaryFolder(), env })
  const { url } = JSON.parse(await firstLine(child)) as { url: string }
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/)
  const entered = await fetch(url)
  expect([entered.status, entered.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('HttpOnly; SameSite=Strict')])
  child.kill('SIGINT')
  const { code, stderr } = await ended
  expect(code).toBe(0)
  expect(stderr).toContain('to open it in another browser')
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('a port that is in use is named', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await new Promise(resolve => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const { ended } = startCli(['serve', '--no-open', '--port', String(port)], { home: await temporaryFolder(), env })
  const { code, stderr } = await ended
  expect(code).toBe(1)
  expect(stderr).toBe(`error: port ${port} of this machine is in use; at --port; leave --port out, or choose another\n`)
})
