// Products of a warpgroup whose factors lie in shared memory: wgmma, which sm_90a has.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <type_traits>

namespace scn::gpu {

/// Whether the architecture that is compiled for has them.
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
inline constexpr bool has_warpgroups = true;
#else
inline constexpr bool has_warpgroups = false;
#endif

/// Where a tile begins in shared memory, a multiple of 32 bytes, as products are told. From a multiple of 1,024 bytes
/// on it has rows of 128 bytes, in which chunk c of 16 bytes of row r is at c ^ r % 8. Within the tile, `bytes` further
/// on is tile_bytes(bytes) more.
__device__ inline std::uint32_t tile_bytes(std::uint32_t bytes) { return bytes >> 4; }
__device__ inline std::uint32_t tile_start(std::uint32_t address) { return 1u << 16 | tile_bytes(address & 0x3ffffu); }
__device__ inline std::uint64_t tile_descriptor(std::uint32_t start) {
  constexpr std::uint32_t swizzled = 1u << 30, eight_rows = 1024 >> 4;
  std::uint64_t descriptor;
  asm("mov.b64 %0, {%1, %2};" : "=l"(descriptor) : "r"(start), "r"(swizzled | eight_rows));
  return descriptor;
}

/// Copies and stores of this thread become visible to the tensor cores.
__device__ inline void show_to_tensor_cores() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
__device__ inline void begin_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ inline void commit_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
__device__ inline void wait_for_products() { asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory"); }

/// What the instruction's name says of T: the depth of 32 bytes, the types of sums and factors; and that neither factor
/// is transposed, where that can be said.
template <class T>
struct WarpgroupName {
  static constexpr char depth_and_types[] = "k8.f32.tf32.tf32", as_they_lie[] = "";
};
template <>
struct WarpgroupName<__half> {
  static constexpr char depth_and_types[] = "k16.f32.f16.f16", as_they_lie[] = ", 0, 0";
};
template <>
struct WarpgroupName<__nv_bfloat16> {
  static constexpr char depth_and_types[] = "k16.f32.bf16.bf16", as_they_lie[] = ", 0, 0";
};

/// sum += a b^T for 64 x Columns sums over a depth of 32 bytes, Columns / 2 of them in each thread from `First` on:
/// four for each eight columns, as multiply_add has them. a is 64 rows of a tile, b is Columns rows.
template <class T, int Columns, int First = 0, int Count>
__device__ void multiply_add_warpgroup(float (&sum)[Count], std::uint64_t a, std::uint64_t b) {
  using Name = WarpgroupName<T>;
  if constexpr (Columns == 32) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n32%18 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15}, "
        "%16, %17, 1, 1, 1%19;"
        : "+f"(sum[First]), "+f"(sum[First + 1]), "+f"(sum[First + 2]), "+f"(sum[First + 3]), "+f"(sum[First + 4]),
          "+f"(sum[First + 5]), "+f"(sum[First + 6]), "+f"(sum[First + 7]), "+f"(sum[First + 8]), "+f"(sum[First + 9]),
          "+f"(sum[First + 10]), "+f"(sum[First + 11]), "+f"(sum[First + 12]), "+f"(sum[First + 13]),
          "+f"(sum[First + 14]), "+f"(sum[First + 15])
        : "l"(a), "l"(b), "C"(Name::depth_and_types), "C"(Name::as_they_lie));
  } else if constexpr (Columns == 64) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n64%34 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
        "%32, %33, 1, 1, 1%35;"
        : "+f"(sum[First]), "+f"(sum[First + 1]), "+f"(sum[First + 2]), "+f"(sum[First + 3]), "+f"(sum[First + 4]),
          "+f"(sum[First + 5]), "+f"(sum[First + 6]), "+f"(sum[First + 7]), "+f"(sum[First + 8]), "+f"(sum[First + 9]),
          "+f"(sum[First + 10]), "+f"(sum[First + 11]), "+f"(sum[First + 12]), "+f"(sum[First + 13]),
          "+f"(sum[First + 14]), "+f"(sum[First + 15]), "+f"(sum[First + 16]), "+f"(sum[First + 17]),
          "+f"(sum[First + 18]), "+f"(sum[First + 19]), "+f"(sum[First + 20]), "+f"(sum[First + 21]),
          "+f"(sum[First + 22]), "+f"(sum[First + 23]), "+f"(sum[First + 24]), "+f"(sum[First + 25]),
          "+f"(sum[First + 26]), "+f"(sum[First + 27]), "+f"(sum[First + 28]), "+f"(sum[First + 29]),
          "+f"(sum[First + 30]), "+f"(sum[First + 31])
        : "l"(a), "l"(b), "C"(Name::depth_and_types), "C"(Name::as_they_lie));
  } else if constexpr (Columns == 128) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n128%66 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, 1, 1, 1%67;"
        : "+f"(sum[First]), "+f"(sum[First + 1]), "+f"(sum[First + 2]), "+f"(sum[First + 3]), "+f"(sum[First + 4]),
          "+f"(sum[First + 5]), "+f"(sum[First + 6]), "+f"(sum[First + 7]), "+f"(sum[First + 8]), "+f"(sum[First + 9]),
          "+f"(sum[First + 10]), "+f"(sum[First + 11]), "+f"(sum[First + 12]), "+f"(sum[First + 13]),
          "+f"(sum[First + 14]), "+f"(sum[First + 15]), "+f"(sum[First + 16]), "+f"(sum[First + 17]),
          "+f"(sum[First + 18]), "+f"(sum[First + 19]), "+f"(sum[First + 20]), "+f"(sum[First + 21]),
          "+f"(sum[First + 22]), "+f"(sum[First + 23]), "+f"(sum[First + 24]), "+f"(sum[First + 25]),
          "+f"(sum[First + 26]), "+f"(sum[First + 27]), "+f"(sum[First + 28]), "+f"(sum[First + 29]),
          "+f"(sum[First + 30]), "+f"(sum[First + 31]), "+f"(sum[First + 32]), "+f"(sum[First + 33]),
          "+f"(sum[First + 34]), "+f"(sum[First + 35]), "+f"(sum[First + 36]), "+f"(sum[First + 37]),
          "+f"(sum[First + 38]), "+f"(sum[First + 39]), "+f"(sum[First + 40]), "+f"(sum[First + 41]),
          "+f"(sum[First + 42]), "+f"(sum[First + 43]), "+f"(sum[First + 44]), "+f"(sum[First + 45]),
          "+f"(sum[First + 46]), "+f"(sum[First + 47]), "+f"(sum[First + 48]), "+f"(sum[First + 49]),
          "+f"(sum[First + 50]), "+f"(sum[First + 51]), "+f"(sum[First + 52]), "+f"(sum[First + 53]),
          "+f"(sum[First + 54]), "+f"(sum[First + 55]), "+f"(sum[First + 56]), "+f"(sum[First + 57]),
          "+f"(sum[First + 58]), "+f"(sum[First + 59]), "+f"(sum[First + 60]), "+f"(sum[First + 61]),
          "+f"(sum[First + 62]), "+f"(sum[First + 63])
        : "l"(a), "l"(b), "C"(Name::depth_and_types), "C"(Name::as_they_lie));
  } else {
    static_assert(Columns == 96);
    multiply_add_warpgroup<T, 64, First>(sum, a, b);
    multiply_add_warpgroup<T, 32, First + 32>(sum, a, b + (64 * 128 >> 4));
  }
}

}  // namespace scn::gpu
