#include "tool-service/openapi/local_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bw::tool_service {
namespace {

// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  const int number_;
};

Status FromErrno(int error) {
  const std::string why = std::strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return NotFound("there is no such file or folder");
    case EEXIST:
      return AlreadyExists("a file of that name is there already; choose another");
    case EACCES:
    case EPERM:
    case EROFS:
      return PermissionDenied(why);
    case ENOSPC:
    case EDQUOT:
      return ResourceExhausted(why);
    default:
      return InvalidArgument(why);
  }
}

bool HasComponent(std::string_view path, bool (*is_meant)(std::string_view)) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (is_meant(path.substr(0, end))) return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

Status CheckPath(std::string_view path) {
  const bool has_control =
      std::any_of(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (!path.starts_with('/') || path.ends_with('/') || has_control) {
    return InvalidArgument("must be the absolute path of a file");
  }
  if (HasComponent(path, [](std::string_view name) { return name.starts_with('.'); })) {
    return InvalidArgument("must not hold '.', '..' or names that begin with a dot");
  }
  return OkStatus();
}

// The path without links; it must stand the same test.
StatusOr<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
  if (real == nullptr) return FromErrno(errno);
  std::string text = real.get();
  if (text != "/") BW_RETURN_IF_ERROR(CheckPath(text));
  return text;
}

Status WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return FromErrno(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0 ? OkStatus() : FromErrno(errno);
}

// Where a new file of this path really is.
StatusOr<std::string> RealNewPath(const std::string& path) {
  BW_RETURN_IF_ERROR(CheckPath(path));
  const std::size_t slash = path.rfind('/');
  BW_ASSIGN_OR_RETURN(std::string real, RealPath(slash == 0 ? "/" : path.substr(0, slash)));
  return real + path.substr(slash);
}

}  // namespace

StatusOr<std::string> ReadLocalFile(const std::string& path, std::size_t max_bytes) {
  BW_RETURN_IF_ERROR(CheckPath(path));
  BW_ASSIGN_OR_RETURN(const std::string real, RealPath(path));
  // Without waiting: a named pipe would never open.
  const Descriptor file(open(real.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (file.get() < 0) return FromErrno(errno);
  struct stat facts = {};
  if (fstat(file.get(), &facts) != 0) return FromErrno(errno);
  if (!S_ISREG(facts.st_mode)) return InvalidArgument("is not a regular file");
  const auto size = static_cast<std::size_t>(facts.st_size);
  // What the system makes up (/proc) calls itself empty too.
  if (size == 0) return InvalidArgument("the file is empty");
  if (size > max_bytes) {
    return InvalidArgument("the file has " + std::to_string(size) + " bytes; at most " +
                           std::to_string(max_bytes) + " are allowed");
  }
  std::string bytes(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const ssize_t part = read(file.get(), bytes.data() + got, size - got);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return FromErrno(errno);
    if (part == 0) return InvalidArgument("the file became shorter while it was read");
    got += static_cast<std::size_t>(part);
  }
  return bytes;
}

Status CheckSavable(const std::string& path) {
  BW_ASSIGN_OR_RETURN(const std::string real, RealNewPath(path));
  struct stat facts = {};
  return lstat(real.c_str(), &facts) == 0 ? FromErrno(EEXIST) : OkStatus();
}

Status SaveLocalFile(const std::string& path, std::string_view bytes) {
  BW_ASSIGN_OR_RETURN(const std::string real, RealNewPath(path));
  const Descriptor file(
      open(real.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.get() < 0) return FromErrno(errno);
  Status written = WriteAll(file.get(), bytes);
  if (!written.ok()) unlink(real.c_str());
  return written;
}

}  // namespace bw::tool_service
