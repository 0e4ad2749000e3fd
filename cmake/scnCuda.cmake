# scn_cuda_usage(): what a program of nvcc needs beside the headers, in our tree and in an installed copy.

# Functors of layers are constexpr and serve both processors. OpenMP is for the CPU device in the same file.
function(scn_cuda_usage target)
  if("cuda_std_20" IN_LIST CMAKE_CUDA_COMPILE_FEATURES)
    target_compile_features(${target} INTERFACE cuda_std_20)
  else()  # CMake before 3.25.2 does not know that nvcc can
    target_compile_options(${target} INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20>)
  endif()
  target_compile_options(${target} INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr>)
  if(OpenMP_CXX_FOUND)
    target_compile_options(${target} INTERFACE "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Xcompiler ${OpenMP_CXX_FLAGS}>")
  endif()
  target_link_libraries(${target} INTERFACE CUDA::cudart_static)
endfunction()
