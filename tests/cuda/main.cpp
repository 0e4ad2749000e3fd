// The main function of the tests of the CUDA device: without a GPU every one of them is skipped.
#define CATCH_CONFIG_RUNNER
#include <cuda_runtime_api.h>

#include <cstdio>

#include "catch.hpp"

int main(int count, char** arguments) {
  Catch::Session session;
  const int wrong = session.applyCommandLine(count, arguments);
  if (wrong != 0) return wrong;
  int devices = 0;
  if (cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0) return session.run();
  const auto tests = Catch::getAllTestCasesSorted(session.config()).size();
  std::printf("There is no GPU.\ntest cases: %zu | %zu skipped\n", tests, tests);
  return 0;
}
