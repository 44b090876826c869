import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAs } from '../../../core/architecture/project.ts'
import { PreprocessingSchema, type Recipe } from '../../../core/architecture/recipe.ts'
import { fitPreprocessing, type FitImages } from '../../../core/data/fit.ts'
import { Preparer } from '../../../core/data/preprocessing.ts'

type Shape = FitImages['shape']
const steps = (value: unknown): Recipe['preprocessing'] => parseAs(PreprocessingSchema, value, 'preprocessing')

function imagesOf(shape: Shape, bytes: ArrayLike<number>): FitImages {
  const size = shape[0] * shape[1] * shape[2]
  const all = Uint8Array.from(bytes)
  return { count: all.length / size, shape, read: image => all.subarray(image * size, (image + 1) * size) }
}

/** Float values that the network reads of all images, by the whole way: fit, then prepare. */
function prepared(preprocessing: Recipe['preprocessing'], images: FitImages): number[][] {
  const { fitted, whitening } = fitPreprocessing(preprocessing, images)
  const preparer = new Preparer(preprocessing, fitted, images.shape)
  return Array.from({ length: images.count }, (_, image) => {
    const row = new Uint8Array(preparer.rowBytes)
    preparer.prepare(images.read(image), image, undefined, row)
    const size = preparer.shape[0] * preparer.shape[1] * preparer.shape[2]
    if (!fitted.values) return Array.from(row.subarray(0, size), byte => fitted.scale * byte + fitted.offset)
    const values = [...new Float32Array(row.buffer)]
    return whitening ? values.map((_, i) => values.reduce((sum, value, j) => sum + value * (whitening[j * size + i] as number), 0)) : values
  })
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map(value => (value - mean(values)) ** 2)))

const pictures = (shape: Shape, least = 2): fc.Arbitrary<FitImages> => fc.integer({ min: least, max: least + 6 }).chain(count => {
  const length = count * shape[0] * shape[1] * shape[2]
  return fc.uint8Array({ minLength: length, maxLength: length }).map(bytes => imagesOf(shape, bytes))
})
const varied = (images: FitImages): boolean => new Set(Array.from({ length: images.count }, (_, image) => [...images.read(image)]).flat()).size > 1

describe('fitting', () => {
  it('maps bytes 0 to 255 onto low to high', () => {
    const fit = (low: number, high: number): unknown => fitPreprocessing(steps({ kind: 'scale', low, high }), imagesOf([1, 1, 1], [5])).fitted
    expect(fit(-1, 1)).toEqual({ scale: 2 / 255, offset: -1 })
    expect(fit(1, 0)).toEqual({ scale: -1 / 255, offset: 1 })
    expect(fitPreprocessing(steps([{ kind: 'randomFlip' }]), imagesOf([1, 1, 1], [5])).fitted).toEqual({ scale: 1 / 255, offset: 0 })
  })

  it('standardises to mean 0 and deviation 1 on the split it is fitted on, scaled before or not', () => {
    fc.assert(fc.property(pictures([2, 1, 1]).filter(varied), images => {
      for (const preprocessing of [steps({ kind: 'standardise' }), steps([{ kind: 'scale', low: 3, high: -2 }, { kind: 'standardise' }])]) {
        const { fitted } = fitPreprocessing(preprocessing, images)
        expect(fitted.values).toBeUndefined()
        const values = prepared(preprocessing, images).flat()
        expect(mean(values)).toBeCloseTo(0, 9)
        expect(deviation(values)).toBeCloseTo(1, 9)
      }
    }))
  })

  it('standardises each channel', () => {
    const images = imagesOf([1, 2, 3], Array.from({ length: 24 }, (_, i) => (i * 89 + 7 * (i % 3)) % 256))
    const values = prepared(steps([{ kind: 'standardise', per: 'channel' }]), images)
    for (const channel of [0, 1, 2]) {
      const own = values.flatMap(row => row.filter((_, at) => at % 3 === channel))
      expect([mean(own), deviation(own)].map(value => Math.round(value * 1e5) / 1e5 + 0)).toEqual([0, 1])
    }
  })

  it('standardises what other steps give', () => {
    fc.assert(fc.property(pictures([3, 3, 1], 3).filter(varied), images => {
      const preprocessing = steps([{ kind: 'gcn', sqrtBias: 0.1 }, { kind: 'lcn', size: 3 }, { kind: 'standardise' }])
      const values = prepared(preprocessing, images).flat()
      expect(mean(values)).toBeCloseTo(0, 4)
      expect(deviation(values)).toBeCloseTo(1, 4)
    }), { numRuns: 30 })
  })

  it('learns from the images it is given alone, in the middle where chance will choose', () => {
    const images = imagesOf([1, 3, 1], [0, 10, 255, 0, 30, 255])
    const { fitted } = fitPreprocessing(steps([{ kind: 'randomCrop', height: 1, width: 1 }, { kind: 'standardise' }]), images)
    expect(fitted.scale * 10 + fitted.offset).toBeCloseTo(-1, 12)
    expect(fitted.scale * 30 + fitted.offset).toBeCloseTo(1, 12)
  })

  it('whitens: mean 0 and, but for the bias, covariance 1', () => {
    fc.assert(fc.property(pictures([2, 2, 1], 8).filter(varied), images => {
      const bias = 1e-6
      const rows = prepared(steps([{ kind: 'zca', bias }]), images)
      const data = rows.map(row => row.map(value => value * 1))
      for (let i = 0; i < 4; i++) expect(Math.abs(mean(data.map(row => row[i] as number)))).toBeLessThan(1e-2)
      const before = covariance(Array.from({ length: images.count }, (_, k) => [...images.read(k)].map(byte => byte / 255)))
      const after = covariance(rows)
      // W (C + bias) W = 1, so that W C W = 1 - bias W W: whatever direction the data leave out stays out.
      for (let i = 0; i < 4; i++) expect(after[i]?.[i]).toBeLessThan(1.01)
      expect(before.flat().every(Number.isFinite)).toBe(true)
    }), { numRuns: 30 })
  })

  it('takes a sample for zca at equal distances, and applies two in a row as if each were fitted', () => {
    const images = imagesOf([1, 2, 1], Array.from({ length: 40 }, (_, i) => (i * i * 37 + 11 * i) % 256))
    const once = prepared(steps([{ kind: 'zca', bias: 0.1 }]), images)
    const twice = prepared(steps([{ kind: 'zca', bias: 0.1 }, { kind: 'zca', bias: 1e-5 }]), images)
    // By hand: the covariance of what comes out of the first, its eigenvalues and vectors (2 x 2), and the second whitening.
    const [[a = 0, b = 0] = [], [, d = 0] = []] = covariance(once)
    const root = Math.sqrt(((a - d) / 2) ** 2 + b * b)
    const eigen = [(a + d) / 2 + root, (a + d) / 2 - root]
    const angle = Math.atan2(b, (eigen[0] as number) - d)
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    const [p, q] = eigen.map(value => 1 / Math.sqrt(value + 1e-5)) as [number, number]
    const second = [[p * c * c + q * s * s, (p - q) * c * s], [(p - q) * c * s, p * s * s + q * c * c]] as const
    twice.forEach((row, k) => {
      const [x = 0, y = 0] = once[k] ?? []
      expect(row[0]).toBeCloseTo(second[0][0] * x + second[0][1] * y, 3)
      expect(row[1]).toBeCloseTo(second[1][0] * x + second[1][1] * y, 3)
    })
    const sampled = fitPreprocessing(steps([{ kind: 'zca', images: 10 }]), images)
    expect(sampled.whitening).toEqual(fitPreprocessing(steps([{ kind: 'zca' }]), { ...images, count: 10, read: image => images.read(2 * image) }).whitening)
  })

  it.each([
    ['one colour', { kind: 'standardise' }, [7, 7, 7], /all of the 3 training images are equal: their standard deviation is 0; at recipe\.preprocessing; use preprocessing of kind scale/],
    ['no distance', { kind: 'scale', low: 2, high: 2 }, [7], /two different numbers for low and high, .*found 2 and 2/],
    ['too great a distance', { kind: 'scale', low: -1.7e308, high: 1.7e308 }, [7], /two different numbers/],
    ['no images', { kind: 'standardise' }, [], /at least one training image/],
    ['one image for zca', [{ kind: 'zca' }], [1], /at least two training images for zca, found 1/],
    ['too large a crop', [{ kind: 'centreCrop', height: 3, width: 1 }], [1], /centreCrop wants 3 x 1 out of 1 x 1/],
    ['flips of values', [{ kind: 'standardise' }, { kind: 'randomFlip' }], [1], /found randomFlip behind standardise; .*put steps that move pixels before/],
    ['a late scale', [{ kind: 'gcn' }, { kind: 'scale' }], [1], /found scale behind gcn/],
    ['steps behind zca', [{ kind: 'zca' }, { kind: 'gcn' }], [1], /found gcn behind zca; .*put zca last/],
  ])('refuses %s', (_, value, bytes, message) => {
    expect(() => fitPreprocessing(steps(value), imagesOf([1, 1, 1], bytes))).toThrow(message)
  })

  it('says which of several steps is wrong', () => {
    expect(() => steps([{ kind: 'gcn' }, { kind: 'lcn', size: 4 }])).toThrow(/1\.size: expected an odd number/)
    expect(() => steps({ kind: 'scale', low: 'x' })).toThrow(/low: /)
    expect(() => steps([])).toThrow(/preprocessing/)
  })
})

function covariance(rows: readonly (readonly number[])[]): number[][] {
  const size = rows[0]?.length ?? 0
  const means = Array.from({ length: size }, (_, i) => mean(rows.map(row => row[i] as number)))
  return means.map((_, i) => means.map((__, j) => mean(rows.map(row => ((row[i] as number) - (means[i] as number)) * ((row[j] as number) - (means[j] as number))))))
}
