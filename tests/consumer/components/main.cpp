// A program that needs the component io.
#include <scn/io/io.hpp>

int main() {}
