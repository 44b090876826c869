/** Where published data sets are, and how a file is known to be the right one. */

export interface RemoteFile {
  readonly name: string
  readonly bytes: number
  /** As published for the file; without one, size and structure are all there is to go by. */
  readonly digest?: { readonly algorithm: 'md5' | 'sha256'; readonly hex: string }
  /** Fetched only if it is asked for. */
  readonly extra?: true
}

export interface RemoteSet {
  readonly title: string
  readonly kind: 'idx' | 'cifar10' | 'mat'
  /** Addresses of folders that hold the files, to be tried in this order; each ends in "/". */
  readonly bases: readonly string[]
  readonly files: readonly RemoteFile[]
  /** Names by number, where the files do not say them. */
  readonly classes?: readonly string[]
}

export const REMOTE_NAMES = ['mnist', 'fashion-mnist', 'cifar10', 'svhn'] as const
export type RemoteName = (typeof REMOTE_NAMES)[number]

const md5 = (hex: string): NonNullable<RemoteFile['digest']> => ({ algorithm: 'md5', hex })

export const remoteSets: Readonly<Record<RemoteName, RemoteSet>> = {
  mnist: {
    title: 'MNIST, handwritten digits (Y. LeCun, C. Cortes, C. Burges)',
    kind: 'idx',
    // The original address often answers nothing but 403 or 404; the first two hold the original files.
    bases: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/', 'http://yann.lecun.com/exdb/mnist/'],
    files: [
      { name: 'train-images-idx3-ubyte.gz', bytes: 9_912_422, digest: md5('f68b3c2dcbeaaa9fbdd348bbdeb94873') },
      { name: 'train-labels-idx1-ubyte.gz', bytes: 28_881, digest: md5('d53e105ee54ea40749a09fcbcd1e9432') },
      { name: 't10k-images-idx3-ubyte.gz', bytes: 1_648_877, digest: md5('9fb629c4189551a2d022fa330f9573f3') },
      { name: 't10k-labels-idx1-ubyte.gz', bytes: 4_542, digest: md5('ec29112dd5afa0611ce80d1b7f02629c') },
    ],
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST, articles of clothing (Zalando Research)',
    kind: 'idx',
    bases: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/', 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/', 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/'],
    // Sizes and MD5 as the authors' README and the usual loaders have them.
    files: [
      { name: 'train-images-idx3-ubyte.gz', bytes: 26_421_880, digest: md5('8d4fb7e6c68d591d4c3dfef9ec88bf0d') },
      { name: 'train-labels-idx1-ubyte.gz', bytes: 29_515, digest: md5('25c81989df183df01b3e8a0aad5dffbe') },
      { name: 't10k-images-idx3-ubyte.gz', bytes: 4_422_102, digest: md5('bef4ecab320f06d8554ea6380940ec79') },
      { name: 't10k-labels-idx1-ubyte.gz', bytes: 5_148, digest: md5('bb300cfdad3c16e7a12a480ee83cd310') },
    ],
    classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  },
  cifar10: {
    title: 'CIFAR-10, binary version (A. Krizhevsky)',
    kind: 'cifar10',
    bases: ['https://www.cs.toronto.edu/~kriz/'],
    files: [{ name: 'cifar-10-binary.tar.gz', bytes: 170_052_171, digest: md5('c32a1d4ab5d03f1284b67883e8d87530') }],
  },
  svhn: {
    title: 'SVHN, cropped digits (Y. Netzer et al.; for non-commercial use only)',
    kind: 'mat',
    bases: ['http://ufldl.stanford.edu/housenumbers/'],
    // MD5 as torchvision has them.
    files: [
      { name: 'train_32x32.mat', bytes: 182_040_794, digest: md5('e26dedcc434d2e4c54c9b2d4a06d8373') },
      { name: 'test_32x32.mat', bytes: 64_275_384, digest: md5('eb5a983be6a315427106f1b164d9cef3') },
      { name: 'extra_32x32.mat', bytes: 1_329_278_602, digest: md5('a93ce644f1a588dc4d68dda5feec44a7'), extra: true },
    ],
  },
}
