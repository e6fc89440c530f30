#include "gateway/stdio/outbox.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace bw::gateway {
namespace {

// A pipe that polls as writable takes this much without blocking (POSIX: at least 512; Linux: a
// page).
constexpr std::size_t kWriteBytes = 4096;

}  // namespace

Outbox::Outbox(int out, std::size_t max_unsent_bytes)
    : out_(out), max_unsent_bytes_(max_unsent_bytes), wake_(eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this] { Run(); });
}

Outbox::~Outbox() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    closed_ = true;
    const std::uint64_t one = 1;
    // Written once, the counter cannot overflow; that is the only way to fail.
    broken_ = ::write(wake_, &one, sizeof(one)) < 0;
  }
  changed_.notify_all();
  thread_.join();
  ::close(wake_);
}

bool Outbox::Post(std::string message) {
  std::replace_if(
      message.begin(), message.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  message += '\n';
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || broken_) return false;
    if (unsent_.size() + message.size() > max_unsent_bytes_) {
      broken_ = true;
      changed_.notify_all();
      return false;
    }
    unsent_ += message;
  }
  changed_.notify_all();
  return true;
}

bool Outbox::Close(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  closed_ = true;
  return changed_.wait_for(lock, limit, [this] {
    return broken_ || (unsent_.empty() && !writing_);
  }) && !broken_;
}

bool Outbox::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

void Outbox::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || broken_ || !unsent_.empty(); });
    if (stopping_ || broken_) return;
    const std::string bytes = std::exchange(unsent_, {});
    writing_ = true;
    lock.unlock();
    const bool written = WriteAll(bytes);
    lock.lock();
    writing_ = false;
    broken_ = broken_ || !written;
    changed_.notify_all();
  }
}

bool Outbox::WaitWritable() {
  pollfd watched[] = {{out_, POLLOUT, 0}, {wake_, POLLIN, 0}};
  while (::poll(watched, 2, -1) < 0) {
    if (errno != EINTR) return false;
  }
  return watched[1].revents == 0;
}

bool Outbox::WriteAll(const std::string& bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    if (!WaitWritable()) return false;
    const std::size_t size = std::min(kWriteBytes, bytes.size() - written);
    const ssize_t count = ::write(out_, bytes.data() + written, size);
    if (count < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace bw::gateway
