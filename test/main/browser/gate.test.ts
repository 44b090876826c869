import { beforeEach, describe, expect, it } from 'vitest'
import { Gate } from '../../../main/browser/gate.ts'

let gate: Gate
beforeEach(() => {
  gate = new Gate()
  gate.open(4321)
})

describe('the gate', () => {
  it.each([
    [{ host: '127.0.0.1:4321' }],
    [{ host: 'localhost:4321', origin: 'http://localhost:4321' }],
  ])('takes %j for ours', headers => {
    expect(gate.complaint({ headers })).toBeUndefined()
  })

  it.each([
    [{}, 'foreign Host (none)'],
    [{ host: '127.0.0.1' }, 'foreign Host'],
    [{ host: '127.0.0.1:4322' }, 'foreign Host'],
    [{ host: 'evil.example:4321' }, 'foreign Host "evil.example:4321"'],
    [{ host: '127.0.0.1:4321.evil.example' }, 'foreign Host'],
    [{ host: '127.0.0.1:4321', origin: 'http://evil.example' }, 'foreign Origin "http://evil.example"'],
    [{ host: '127.0.0.1:4321', origin: 'https://127.0.0.1:4321' }, 'foreign Origin'],
    [{ host: '127.0.0.1:4321', origin: 'http://127.0.0.1:80' }, 'foreign Origin'],
    // Another name of this machine has other cookies, so a page never mixes the two.
    [{ host: '127.0.0.1:4321', origin: 'http://localhost:4321' }, 'foreign Origin'],
    [{ host: '127.0.0.1:4321', origin: 'null' }, 'foreign Origin "null"'],
  ])('refuses %j', (headers, why) => {
    expect(gate.complaint({ headers })).toContain(why)
  })

  it('lets a token open one session, and offers another then', () => {
    const { token } = gate
    expect(gate.exchange('')).toBeUndefined()
    expect(gate.exchange(`${token}x`)).toBeUndefined()
    expect(gate.exchange(token.slice(0, -1))).toBeUndefined()
    const cookie = gate.exchange(token)
    expect(cookie).toMatch(/^bitwright-4321=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(gate.exchange(token)).toBeUndefined()
    expect(gate.token).not.toBe(token)
    const pair = cookie?.split(';')[0] ?? ''
    expect(gate.knows({ headers: { cookie: pair } })).toBe(true)
    expect(gate.knows({ headers: { cookie: `other=1; ${pair}` } })).toBe(true)
  })

  it('knows no session that it has not opened', () => {
    const pair = gate.exchange(gate.token)?.split(';')[0] ?? ''
    for (const cookie of [undefined, '', 'bitwright-4321=', `${pair}x`, pair.slice(0, -1), pair.replace('4321', '4322'), `bitwright-4321=${gate.token}`]) {
      expect(gate.knows({ headers: { ...(cookie !== undefined && { cookie }) } })).toBe(false)
    }
    const other = new Gate()
    other.open(4321)
    expect(other.knows({ headers: { cookie: pair } })).toBe(false)
  })
})
