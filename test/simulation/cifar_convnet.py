"""An independent float simulation of `cifar10-convnet-theano --width-scale 0.25 --set recipe.validation=1000`, to compare curves with.

It shares nothing with Bitwright: binary weights and activations are float32 tensors of +-1 that PyTorch convolves with zero
padding, and its autograd differentiates all but the signs (bnn-spec 1.1 and 2.3: Hubara et al. 2016, Algorithm 1 and
supplement A.3, with the settings of the Theano code). Needs PyTorch and CIFAR-10's binary version, gzipped or not; trains on as
many batches as the folder has, but for the last 1,000 images:

    python3 test/simulation/cifar_convnet.py path/to/cifar-10-batches-bin --seed 1 --epochs 10

Prints the test error in % after each epoch.
"""
import argparse
import gzip
import math
import pathlib
import time

import numpy
import torch
from torch.nn import functional

arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=pathlib.Path)
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--epochs", type=int, default=10, help="length of the learning-rate schedule")
arguments.add_argument("--stop", type=int, help="stop after this many epochs of it")
arguments.add_argument("--width", type=float, default=0.25, help="of every hidden layer, 1 for the paper's")
arguments.add_argument("--validation", type=int, default=1000, help="training images left out from the end")
options = arguments.parse_args()

BATCH, EPSILON, START, END = 50, 1e-4, 1e-3, 3e-7


def read(path):
    opened = gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
    with opened as file:
        rows = torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8).reshape(-1, 3073).copy())
    images = rows[:, 1:].view(-1, 3, 32, 32).float() * 2 / 255 - 1
    return images.contiguous(memory_format=torch.channels_last), rows[:, 0].long()


class Sign(torch.autograd.Function):
    """+1 or -1; a gradient passes straight through where |x| <= `reach`."""

    @staticmethod
    def forward(context, x, reach):
        context.save_for_backward(x)
        context.reach = reach
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(context, gradient):
        (x,) = context.saved_tensors
        return gradient * (x.abs() <= context.reach), None


parts = [read(path) for path in sorted(options.folder.glob("data_batch_*.bin*"))]
train, train_labels = (torch.cat(side)[: -options.validation or None] for side in zip(*parts))
[(test, test_labels)] = [read(path) for path in options.folder.glob("test_batch.bin*")]

torch.manual_seed(options.seed)
filters = [round(options.width * n) for n in (128, 128, 256, 256, 512, 512)]
units = [round(options.width * 1024)] * 2 + [10]
shapes = [(n, m, 3, 3) for m, n in zip([3] + filters, filters)]
shapes += [(n, m) for m, n in zip([filters[-1] * 16] + units, units)]
layers = range(len(shapes))
weights = [torch.rand(shape) * 2 - 1 for shape in shapes]
gammas = [torch.ones(shape[0]) for shape in shapes]
betas = [torch.zeros(shape[0]) for shape in shapes]
running_mean = [torch.zeros(shape[0]) for shape in shapes]
running_inverse = [torch.ones(shape[0]) for shape in shapes]
parameters = [p.requires_grad_() for p in weights + gammas + betas]
# Glorot's coefficient over taps times (inputs + outputs), as the Theano code has it: pooling is not counted.
factors = [math.sqrt((shape[0] + shape[1]) * math.prod(shape[2:]) / 1.5) for shape in shapes] + [1.0] * (2 * len(shapes))
first = [torch.zeros_like(p) for p in parameters]
second = [torch.zeros_like(p) for p in parameters]


def scores(a, training):
    for k in layers:
        w = Sign.apply(weights[k], math.inf)
        if k < len(filters):
            s = functional.conv2d(a, w, padding=1)
            if k % 2:
                s = functional.max_pool2d(s, 2)
        else:
            s = a.flatten(1) @ w.t()
        axes = [0, 2, 3][: s.dim() - 1]
        shape = [1, -1, 1, 1][: s.dim()]
        if training:
            y = functional.batch_norm(s, None, None, gammas[k], betas[k], True, 0, EPSILON)
            mean = s.detach().mean(axes)
            inverse = 1 / torch.sqrt(s.detach().var(axes, unbiased=False) + EPSILON)
            running_mean[k] += 0.1 * (mean - running_mean[k])
            running_inverse[k] += 0.1 * (inverse - running_inverse[k])
        else:
            y = (s - running_mean[k].view(shape)) * (running_inverse[k] * gammas[k]).view(shape) + betas[k].view(shape)
        a = Sign.apply(y, 1) if k < layers[-1] else y
    return a


def test_error():
    with torch.no_grad():
        wrong = sum((scores(x, False).argmax(1) != y).sum().item() for x, y in zip(test.split(500), test_labels.split(500)))
    return 100 * wrong / len(test)


step = 0
begun = time.monotonic()
for epoch in range(options.stop or options.epochs):
    rate = START * (END / START) ** (epoch / options.epochs)
    for chosen in torch.randperm(len(train)).split(BATCH):
        if len(chosen) < BATCH:
            continue
        step += 1
        targets = torch.full((BATCH, 10), -1.0)
        targets[torch.arange(BATCH), train_labels[chosen]] = 1
        x = train[chosen].contiguous(memory_format=torch.channels_last)
        loss = torch.clamp(1 - targets * scores(x, True), min=0).square().mean()
        gradients = torch.autograd.grad(loss, parameters)
        corrected = rate * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        with torch.no_grad():
            for p, m, v, gradient, factor in zip(parameters, first, second, gradients, factors):
                m += 0.1 * (gradient - m)
                v += 0.001 * (gradient * gradient - v)
                p -= factor * corrected * m / (v.sqrt() + 1e-8)
            for w in weights:
                w.clamp_(-1, 1)
    print(f"seed {options.seed} epoch {epoch + 1} test error {test_error():.2f} % after {time.monotonic() - begun:.0f} s", flush=True)
