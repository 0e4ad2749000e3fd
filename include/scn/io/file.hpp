// Whole files: read at once, and replaced at once or not at all.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "scn/core/error.hpp"

namespace scn {

namespace detail {

/// Throws IoError with the text of errno unless ok: "weights.safetensors: cannot open: No such file or directory".
inline void require_system(bool ok, const std::string& path, std::string_view action) {
  const int code = errno;
  require<IoError>(ok, path, ": cannot ", action, ": ", ok ? std::string() : std::generic_category().message(code));
}

/// An open file of the operating system, closed at the end of its life.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  FileDescriptor(const std::string& path, int flags, ::mode_t mode = 0)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() { close(); }

  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }
  bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_ = -1;
};

/// A file beside `path` for the next content of `path`; it is removed unless it took the place of `path`.
class PartialFile {
 public:
  /// `mode` as for open(2): the umask applies.
  PartialFile(const std::string& path, ::mode_t mode) : path_(path) {
    constexpr int attempts = 1000;  // as many writers, or remains of killed ones, may share one directory
    for (int attempt = 0; attempt < attempts && !file_; ++attempt) {
      partial_path_ = message(path, ".partial", attempt);
      file_ = FileDescriptor(partial_path_, O_WRONLY | O_CREAT | O_EXCL, mode);
      if (!file_ && errno != EEXIST) break;
    }
    require_system(bool(file_), path, "create a temporary file beside it");
  }
  PartialFile(PartialFile&&) = delete;
  ~PartialFile() {
    if (!partial_path_.empty()) ::unlink(partial_path_.c_str());
  }

  void append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ::ssize_t count = ::write(file_.number(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      require_system(count > 0, path_, "write");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }

  void replace() {
    require_system(::fsync(file_.number()) == 0, path_, "bring the content to the disk");
    require_system(file_.close(), path_, "close");
    require_system(::rename(partial_path_.c_str(), path_.c_str()) == 0, path_, "replace");
    partial_path_.clear();
  }

 private:
  const std::string& path_;
  std::string partial_path_;
  FileDescriptor file_;
};

}  // namespace detail

/// The content of a regular file. Throws IoError if it is missing, refused, not a regular file (a pipe or a device
/// is never waited for) or shorter than the system said.
inline std::vector<std::byte> read_file(const std::string& path) {
  static_assert(sizeof(std::size_t) >= sizeof(::off_t), "a file must fit into the address space to be read at once");
  require<IoError>(path.find('\0') == std::string::npos, path.c_str(), ": the path holds a zero byte");
  const detail::FileDescriptor file(path, O_RDONLY | O_NONBLOCK);
  detail::require_system(bool(file), path, "open");
  struct ::stat status {};
  detail::require_system(::fstat(file.number(), &status) == 0, path, "inspect");
  require<IoError>(S_ISREG(status.st_mode), path, ": expected a regular file, got ",
                   S_ISDIR(status.st_mode) ? "a directory" : "a pipe, socket or device");
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  for (std::size_t done = 0; done < bytes.size();) {
    const ::ssize_t count = ::read(file.number(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    detail::require_system(count >= 0, path, "read");
    require<IoError>(count > 0, path, ": expected ", bytes.size(), " bytes, got ", done);
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

/// Makes the concatenated parts the content of `path`: written to a temporary file beside it, brought to the disk, then
/// renamed, so that a reader or a power cut sees the old file or the new one, whole. On IoError the old file is as it
/// was and the temporary file is gone; only if the very last step fails, recording the rename on the disk, is the new
/// file already in place. Permissions are at most those of the old file; a symbolic link is replaced, not followed.
inline void write_file_atomically(const std::string& path, std::span<const std::span<const std::byte>> parts) {
  require<IoError>(path.find('\0') == std::string::npos, path.c_str(), ": the path holds a zero byte");
  struct ::stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  require<IoError>(!exists || S_ISREG(status.st_mode), path, ": cannot replace what is not a regular file");
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
  const detail::FileDescriptor directory(folder, O_RDONLY | O_DIRECTORY);
  detail::require_system(bool(directory), path, "open its directory");

  detail::PartialFile partial(path, exists ? status.st_mode & 0777 : 0666);
  for (const std::span<const std::byte> part : parts) partial.append(part);
  partial.replace();
  const bool recorded = ::fsync(directory.number()) == 0 || errno == EINVAL;  // EINVAL: a file system without it
  detail::require_system(recorded, path, "record its new content in the directory");
}

/// The same for content in one piece.
inline void write_file_atomically(const std::string& path, std::span<const std::byte> bytes) {
  write_file_atomically(path, std::initializer_list<std::span<const std::byte>>{bytes});
}

}  // namespace scn
