// Tests of reading whole files and replacing them at once.
#include "scn/io/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown_message.hpp"

namespace {

using scn::IoError;
using scn::read_file;
using scn::write_file_atomically;
using Names = std::set<std::string>;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_of(int code) { return std::generic_category().message(code); }

::mode_t permissions(const std::string& path) {
  struct ::stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

/// Permissions hold for this process even if root runs it.
class WithoutPrivileges {
 public:
  WithoutPrivileges() : user_(::geteuid()) { REQUIRE((user_ != 0 || ::seteuid(65534) == 0)); }
  ~WithoutPrivileges() { [[maybe_unused]] const int result = ::seteuid(user_); }

 private:
  ::uid_t user_;
};

TEST_CASE("A written file is read back byte for byte", "[io]") {
  const TemporaryFolder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{1} << 20}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 256);
    write_file_atomically(folder / "a", bytes_of(text));
    const std::vector<std::byte> read = read_file(folder / "a");
    CHECK(std::string(reinterpret_cast<const char*>(read.data()), read.size()) == text);
  }
}

TEST_CASE("Parts are written one after another", "[io]") {
  const TemporaryFolder folder;
  const std::string first = "one, ", empty, last = "two";
  const std::vector<std::span<const std::byte>> parts{bytes_of(first), bytes_of(empty), bytes_of(last)};
  write_file_atomically(folder / "a", parts);
  CHECK(content(folder / "a") == "one, two");
}

TEST_CASE("Writing leaves one file, the new one", "[io]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", bytes_of("a long old content"));
  write_file_atomically(folder / "a", bytes_of("new"));
  CHECK(content(folder / "a") == "new");
  CHECK(folder.names() == Names{"a"});
}

TEST_CASE("A path without a folder lies in the working directory", "[io]") {
  const TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string failure = thrown_message<IoError>([] { write_file_atomically("a", bytes_of("here")); });
  std::filesystem::current_path(before);
  CHECK(failure == "no exception");
  CHECK(content(folder / "a") == "here");
}

TEST_CASE("A remaining temporary file of a killed writer is neither used nor touched", "[io]") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.partial0") << "half of so";
  write_file_atomically(folder / "a", bytes_of("new"));
  CHECK(content(folder / "a") == "new");
  CHECK(content(folder / "a.partial0") == "half of so");
  CHECK(folder.names() == Names{"a", "a.partial0"});
}

TEST_CASE("A replaced file keeps its permissions, and a new one follows the umask", "[io]") {
  const TemporaryFolder folder;
  const ::mode_t before = ::umask(027);
  write_file_atomically(folder / "a", bytes_of("old"));
  CHECK(permissions(folder / "a") == 0640);
  REQUIRE(::chmod((folder / "a").c_str(), 0600) == 0);
  write_file_atomically(folder / "a", bytes_of("new"));
  CHECK(permissions(folder / "a") == 0600);
  ::umask(before);
}

TEST_CASE("A symbolic link is replaced by the file", "[io]") {
  const TemporaryFolder folder;
  std::ofstream(folder / "target") << "target";
  REQUIRE(::symlink("target", (folder / "link").c_str()) == 0);
  write_file_atomically(folder / "link", bytes_of("new"));
  CHECK(content(folder / "target") == "target");
  CHECK(content(folder / "link") == "new");
  CHECK(!std::filesystem::is_symlink(folder / "link"));
}

TEST_CASE("Writers of one path in several threads leave one of their files whole", "[io]") {
  const TemporaryFolder folder;
  std::vector<std::thread> writers;
  for (char letter = 'a'; letter < 'e'; ++letter)
    writers.emplace_back([&folder, letter] {
      const std::string text(1 << 16, letter);
      for (int repeat = 0; repeat < 8; ++repeat) write_file_atomically(folder / "shared", bytes_of(text));
    });
  for (std::thread& writer : writers) writer.join();
  const std::string text = content(folder / "shared");
  REQUIRE(text.size() == 1 << 16);
  CHECK(text == std::string(1 << 16, text[0]));
  CHECK(folder.names() == Names{"shared"});
}

TEST_CASE("Reading a missing file names it and the reason", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "missing";
  CHECK(thrown_message<IoError>([&] { read_file(path); }) == path + ": cannot open: " + text_of(ENOENT));
}

TEST_CASE("Reading a directory is an error", "[io]") {
  const TemporaryFolder folder;
  CHECK(thrown_message<IoError>([&] { read_file(folder.path()); }) ==
        folder.path() + ": expected a regular file, got a directory");
}

TEST_CASE("Reading a pipe or a device is an error and does not wait", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(thrown_message<IoError>([&] { read_file(path); }) ==
        path + ": expected a regular file, got a pipe, socket or device");
  CHECK(thrown_message<IoError>([&] { read_file("/dev/zero"); }) ==
        "/dev/zero: expected a regular file, got a pipe, socket or device");
}

TEST_CASE("Reading a file without permission is an error", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "secret";
  std::ofstream(path) << "secret";
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(path.c_str(), 0) == 0);
  const WithoutPrivileges ordinary;
  CHECK(thrown_message<IoError>([&] { read_file(path); }) == path + ": cannot open: " + text_of(EACCES));
}

TEST_CASE("Reading a file that ends before its stated size is an error", "[io]") {
  const std::string path = "/sys/kernel/mm/transparent_hugepage/enabled";  // states a page, holds a line
  const std::string line = content(path);
  if (line.empty()) {
    WARN("this system has no file that states a wrong size");
    return;
  }
  CHECK(thrown_message<IoError>([&] { read_file(path); }) ==
        scn::message(path, ": expected 4096 bytes, got ", line.size()));
}

TEST_CASE("A path with a zero byte is an error, not a shorter path", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / std::string("a\0b", 3);
  const std::string expected = folder / "a: the path holds a zero byte";
  CHECK(thrown_message<IoError>([&] { write_file_atomically(path, bytes_of("new")); }) == expected);
  CHECK(folder.names().empty());
  std::ofstream(folder / "a") << "other";
  CHECK(thrown_message<IoError>([&] { read_file(path); }) == expected);
}

TEST_CASE("Writing into a missing directory is an error", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "missing/a";
  CHECK(thrown_message<IoError>([&] { write_file_atomically(path, bytes_of("new")); }) ==
        path + ": cannot open its directory: " + text_of(ENOENT));
}

TEST_CASE("Writing below a file is an error and leaves that file", "[io]") {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "old";
  const std::string path = folder / "file/a";
  CHECK(thrown_message<IoError>([&] { write_file_atomically(path, bytes_of("new")); }) ==
        path + ": cannot open its directory: " + text_of(ENOTDIR));
  CHECK(content(folder / "file") == "old");
}

TEST_CASE("Writing to an empty path is an error", "[io]") {
  CHECK(thrown_message<IoError>([] { write_file_atomically("", bytes_of("new")); }) ==
        ": cannot replace: " + text_of(ENOENT));
  CHECK(!std::filesystem::exists(".partial0"));
}

TEST_CASE("A directory or a pipe is not replaced by a file", "[io]") {
  const TemporaryFolder folder;
  REQUIRE(::mkdir((folder / "inner").c_str(), 0755) == 0);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  for (const std::string& path : {folder / "inner", folder / "inner/", folder / "pipe"}) {
    CAPTURE(path);
    CHECK(thrown_message<IoError>([&] { write_file_atomically(path, bytes_of("new")); }) ==
          path + ": cannot replace what is not a regular file");
  }
  CHECK(std::filesystem::is_fifo(folder / "pipe"));
  CHECK(folder.names() == Names{"inner", "pipe"});
}

TEST_CASE("Writing into a directory without permission is an error and leaves the old file", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  std::ofstream(path) << "old";
  REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
  {
    const WithoutPrivileges ordinary;
    CHECK(thrown_message<IoError>([&] { write_file_atomically(path, bytes_of("new")); }) ==
          path + ": cannot create a temporary file beside it: " + text_of(EACCES));
    CHECK(content(path) == "old");
    CHECK(folder.names() == Names{"a"});
  }
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
}

TEST_CASE("A write that fails half way leaves the old file alone in its folder", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  write_file_atomically(path, bytes_of("old"));
  const std::string large(1 << 16, 'n');
  std::string failure;
  {
    const FileSizeLimit limit(5000);
    failure = thrown_message<IoError>([&] { write_file_atomically(path, bytes_of(large)); });
  }
  CHECK(failure == path + ": cannot write: " + text_of(EFBIG));
  CHECK(content(path) == "old");
  CHECK(folder.names() == Names{"a"});
  write_file_atomically(path, bytes_of(large));
  CHECK(content(path) == large);
}

TEST_CASE("A name too long for the file system is an error", "[io]") {
  const TemporaryFolder folder;
  const std::string path = folder / std::string(300, 'a');
  CHECK(thrown_message<IoError>([&] { write_file_atomically(path, bytes_of("new")); }) ==
        path + ": cannot create a temporary file beside it: " + text_of(ENAMETOOLONG));
  CHECK(folder.names().empty());
}

TEST_CASE("A thousand remaining temporary files are reported, not searched on", "[io]") {
  const TemporaryFolder folder;
  for (int i = 0; i < 1000; ++i) std::ofstream(folder / scn::message("a.partial", i)) << i;
  const std::string path = folder / "a";
  CHECK(thrown_message<IoError>([&] { write_file_atomically(path, bytes_of("new")); }) ==
        path + ": cannot create a temporary file beside it: " + text_of(EEXIST));
  CHECK(folder.names().size() == 1000);
}

}  // namespace
