"""Times SparseConvNet's CPU convolutions on a workload file, and prints how much longer they take than scn's.

    workload_file pandaset pandaset.npy
    convolution_bench --workload pandaset.npy --benchmark_filter='^Forward' --benchmark_format=json > scn.json
    python3 sparseconvnet.py pandaset.npy --threads 1 --channels 32,64 --compare scn.json
"""
import argparse
import json
import statistics
import sys
import time

try:
    import numpy
    import sparseconvnet
    import torch
except ImportError as missing:
    sys.exit(f"{missing.name} is not installed: SparseConvNet comes from "
             "https://github.com/facebookresearch/SparseConvNet and needs PyTorch and NumPy")


def milliseconds(work, repetitions):
    """The median time of work(), after two calls to warm up."""
    times = []
    for repetition in range(repetitions + 2):
        start = time.perf_counter()
        work()
        if repetition >= 2:
            times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def forward(table, channels, repetitions):
    """A submanifold convolution of size 3 whose map is there already."""
    dimension = table.shape[1] - 1
    coordinates = table[:, 1:] - table[:, 1:].min(axis=0)
    sites = torch.from_numpy(numpy.concatenate([coordinates, table[:, :1]], axis=1)).long()
    layer = sparseconvnet.SubmanifoldConvolution(dimension, channels, channels, 3, False)
    extent = torch.LongTensor([int(size) + 1 for size in coordinates.max(axis=0)])
    with torch.no_grad():
        x = sparseconvnet.InputLayer(dimension, extent)([sites, torch.rand(len(sites), channels)])
        return milliseconds(lambda: layer(x), repetitions)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", help="a .npy file of int32, N x (1 + D): the sample, then the coordinates")
    parser.add_argument("--channels", default="32,64,128")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--compare", metavar="JSON", help="what convolution_bench wrote for the same file")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    table = numpy.load(arguments.workload)
    ours = {}
    if arguments.compare:
        with open(arguments.compare) as file:
            ours = {run["name"]: run["real_time"] for run in json.load(file)["benchmarks"]}
    name = arguments.workload.rsplit("/", 1)[-1].removesuffix(".npy")
    for channels in map(int, arguments.channels.split(",")):
        title = f"{name}/C{channels}/threads:{arguments.threads}"
        theirs = forward(table, channels, arguments.repetitions)
        same = ours.get(f"Forward/Cpu/{title}/real_time")
        print(f"Forward/SparseConvNet/{title} {theirs:.2f} ms" + (f", {theirs / same:.2f} times scn's" if same else ""))


if __name__ == "__main__":
    main()
