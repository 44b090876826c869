import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c } from '../../../core/formats/crc32c.ts'
import { tensorboardEvents } from '../../../core/formats/tensorboard.ts'
import { readEventFile } from '../../support/event-file.ts'

test('CRC-32C gives the published values', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, k) => k)
  // RFC 3720, appendix B.4; the last is the check value of the catalogue of CRC algorithms.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  expect(crc32c(ascending)).toBe(0x46dd794e)
  expect(crc32c(ascending.toReversed())).toBe(0x113fdb5c)
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
  expect(crc32c(new Uint8Array())).toBe(0)
})

test('the first record of an event file has the bytes that TensorFlow writes for its version', () => {
  // Event { wall_time: 1.0, file_version: "brain.Event:2" } by hand: field 1 as a double, field 3 as a text of 13 bytes.
  const file = tensorboardEvents(1, [])
  expect(Buffer.from(file.subarray(0, 8)).readBigUInt64LE()).toBe(24n)
  expect(Buffer.from(file.subarray(12, 36)).toString('hex')).toBe(`09000000000000f03f1a0d${Buffer.from('brain.Event:2').toString('hex')}`)
})

test('an independent reader finds every scalar again', () => {
  const tag = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).filter(name => name !== '__proto__')
  const event = fc.record({ time: fc.double({ noNaN: true }), step: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), scalars: fc.dictionary(tag, fc.float(), { maxKeys: 20 }) })
  fc.assert(fc.property(fc.array(event, { maxLength: 20 }), events => {
    const { version, time, events: found } = readEventFile(tensorboardEvents(12.5, events))
    expect([version, time]).toEqual(['brain.Event:2', 12.5])
    expect(found).toEqual(events.map(({ scalars, ...rest }) => ({ ...rest, scalars: Object.entries(scalars) })))
  }))
})

test('the reader notices every flipped bit', () => {
  const file = tensorboardEvents(1, [{ time: 2, step: 3, scalars: { 'loss/train': 0.25 } }])
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const damaged = file.slice()
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(() => readEventFile(damaged)).toThrow()
  }
})
