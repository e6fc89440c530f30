#include "common/http/service_loop.h"

#include <array>
#include <utility>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace bw::http {
namespace {

constexpr int kEventsPerWait = 64;

epoll_event EventFor(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return event;
}

}  // namespace

ServiceLoop::ServiceLoop(const ConnectionRegistry& registry, const Clock& clock,
                         std::chrono::milliseconds tick, std::function<void()> every_tick)
    : registry_(registry), clock_(clock), tick_(tick), every_tick_(std::move(every_tick)) {}

ServiceLoop::~ServiceLoop() {
  Stop();
  if (epoll_fd_ >= 0) ::close(epoll_fd_);
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

Status ServiceLoop::Start() {
  epoll_fd_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event wake = EventFor(wake_fd_, EPOLLIN);
  if (epoll_fd_ < 0 || wake_fd_ < 0 ||
      ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &wake) != 0) {
    return ResourceExhausted("no descriptors left for the HTTP server");
  }
  thread_ = std::thread([this] { Run(); });
  return OkStatus();
}

void ServiceLoop::Stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  ::eventfd_write(wake_fd_, 1);
  thread_.join();
}

// The kernel forgets a closed descriptor by itself, so the registration may be there or not.
void ServiceLoop::AwaitWritable(int fd) {
  epoll_event event = EventFor(fd, EPOLLOUT | EPOLLONESHOT);
  if (::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) != 0) {
    ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event);
  }
}

void ServiceLoop::ResumeSoon(int fd) {
  {
    const std::lock_guard lock(mutex_);
    to_resume_.push_back(fd);
  }
  ::eventfd_write(wake_fd_, 1);
}

void ServiceLoop::ResumeAll() {
  eventfd_t wakes = 0;
  ::eventfd_read(wake_fd_, &wakes);
  std::vector<int> fds;
  {
    const std::lock_guard lock(mutex_);
    fds.swap(to_resume_);
  }
  for (const int fd : fds) {
    if (const auto connection = registry_.Find(fd)) connection->Resume();
  }
}

void ServiceLoop::Run() {
  ::pthread_setname_np(::pthread_self(), "http-service");
  std::array<epoll_event, kEventsPerWait> events;
  auto next_tick = clock_.Steady() + tick_;
  while (!stopping_) {
    const int ready =
        ::epoll_wait(epoll_fd_, events.data(), kEventsPerWait, static_cast<int>(tick_.count()));
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.fd == wake_fd_) {
        ResumeAll();
      } else if (const auto connection = registry_.Find(events[i].data.fd)) {
        connection->OnWritable();
      }
    }
    const auto now = clock_.Steady();
    if (now < next_tick) continue;
    next_tick = now + tick_;
    for (const auto& [fd, connection] : registry_.All()) connection->CheckDeadline(now);
    every_tick_();
  }
}

}  // namespace bw::http
