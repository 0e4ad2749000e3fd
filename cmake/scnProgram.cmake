# scn_program(): what our own tests, examples and benchmarks share and no user of the library inherits.

# Links scn::io, warns about everything, honours SCN_NATIVE, and tells the program where data/ and tests/ are.
function(scn_program name)
  target_link_libraries(${name} PRIVATE scn::io)
  # g++ 12 sees uninitialised numbers in CUB that are none.
  set(options -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${SCN_NATIVE}>:-march=native>)
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${options}>
                                         $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra,-Wno-maybe-uninitialized>)
  target_compile_definitions(${name} PRIVATE "SCN_SOURCE_DIR=\"${scn_SOURCE_DIR}\"")
endfunction()
