#include "common/http_client/event_loop.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/http_client/request_check.h"
#include "common/status/unsent.h"

namespace bw::http_client {
namespace {

constexpr std::size_t kMaxIdleHandles = 256;
constexpr int kEventsPerWait = 128;
constexpr std::chrono::hours kLongestTimeout(24);
constexpr std::int64_t kLongestWaitMs = 60'000;
// Connections kept open for reuse, all hosts together, per connection allowed to one host.
constexpr long kKeptConnectionsFactor = 4;

std::uint32_t EpollEvents(int what) {
  switch (what) {
    case CURL_POLL_IN:
      return EPOLLIN;
    case CURL_POLL_OUT:
      return EPOLLOUT;
    case CURL_POLL_INOUT:
      return EPOLLIN | EPOLLOUT;
    default:
      return 0;
  }
}

}  // namespace

Inbox::Inbox(std::size_t max_in_flight)
    : max_in_flight_(max_in_flight), wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (wake_fd_ < 0) std::abort();  // no descriptors at start: nothing could work
}

Inbox::~Inbox() { close(wake_fd_); }

void Inbox::Wake() {
  if (std::exchange(woken_, true)) return;
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake anyway.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

std::uint64_t Inbox::PostJob(Request request, HttpClient::Done done) {
  Job job;
  job.done = std::move(done);
  if (in_flight_.fetch_add(1) >= max_in_flight_) {
    job.refused = ResourceExhausted("more than " + std::to_string(max_in_flight_) +
                                    " requests are in flight");
  } else if (job.refused = CheckRequest(request); job.refused.ok()) {
    job.request = std::move(request);
  }
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = ++last_id_;
  job.id = id;
  waiting_.jobs.push_back(std::move(job));
  Wake();
  return id;
}

void Inbox::PostCancel(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  if (waiting_.stop) return;  // everything is being cancelled, or nobody takes any more
  waiting_.cancels.push_back(id);
  Wake();
}

void Inbox::PostStop() {
  const std::lock_guard lock(mutex_);
  waiting_.stop = true;
  waiting_.cancels.clear();
  Wake();
}

Inbox::Taken Inbox::Take() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(woken_, false)) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = read(wake_fd_, &count, sizeof count);
  }
  Taken taken = std::exchange(waiting_, Taken());
  waiting_.stop = taken.stop;
  return taken;
}

EventLoop::EventLoop(const Options& options, std::shared_ptr<Inbox> inbox)
    : options_(options),
      inbox_(std::move(inbox)),
      multi_(curl_multi_init()),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)) {
  if (multi_ == nullptr || epoll_fd_ < 0) std::abort();  // as above
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &EventLoop::OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &EventLoop::OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  const long per_host = options_.max_connections_per_host;
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, per_host * kKeptConnectionsFactor);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = inbox_->wake_fd();
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, inbox_->wake_fd(), &event);
  thread_ = std::thread([this] { Run(); });
}

EventLoop::~EventLoop() {
  inbox_->PostStop();
  thread_.join();
  idle_.clear();
  curl_multi_cleanup(multi_);
  close(epoll_fd_);
}

void EventLoop::Run() {
  while (TakeFromInbox()) {
    RunTimers();
    ReapFinished();
    AbortOverdue();
    WaitForEvents();
  }
  CancelEverything();
}

int EventLoop::WaitMs() const {
  auto next = timer_;
  if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
  if (next == std::chrono::steady_clock::time_point::max()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kLongestWaitMs));
}

void EventLoop::WaitForEvents() {
  std::array<epoll_event, kEventsPerWait> events;
  const int count = epoll_wait(epoll_fd_, events.data(), kEventsPerWait, WaitMs());
  for (int i = 0; i < count; ++i) {
    if (events[i].data.fd != inbox_->wake_fd()) HandleSocket(events[i].data.fd, events[i].events);
  }
}

void EventLoop::HandleSocket(int socket, std::uint32_t events) {
  Interest& interest = interests_[socket];
  if (interest.registered == 0) return;  // closed by an earlier event of the same batch
  if (interest.wanted == 0) {
    // News on an idle connection (the peer closed it): curl finds out when it tries to reuse it.
    epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, socket, nullptr);
    interest.registered = 0;
    return;
  }
  int mask = 0;
  if ((events & EPOLLIN) != 0) mask |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) mask |= CURL_CSELECT_OUT;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) mask |= CURL_CSELECT_ERR;
  int running = 0;
  curl_multi_socket_action(multi_, socket, mask, &running);
}

void EventLoop::RunTimers() {
  if (timer_ > std::chrono::steady_clock::now()) return;
  timer_ = std::chrono::steady_clock::time_point::max();
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

bool EventLoop::TakeFromInbox() {
  Inbox::Taken taken = inbox_->Take();
  for (Job& job : taken.jobs) StartJob(std::move(job));
  for (const std::uint64_t id : taken.cancels) {
    Abort(id, Cancelled("the request was cancelled"));
  }
  return !taken.stop;
}

std::unique_ptr<Transfer> EventLoop::NewTransfer() {
  if (idle_.empty())
    return std::make_unique<Transfer>(options_, &EventLoop::OnOpenSocket, &EventLoop::OnCloseSocket,
                                      this);
  std::unique_ptr<Transfer> transfer = std::move(idle_.back());
  idle_.pop_back();
  return transfer;
}

void EventLoop::StartJob(Job job) {
  if (!job.refused.ok()) {
    inbox_->Release();
    job.done(MarkUnsent(job.refused));
    return;
  }
  std::unique_ptr<Transfer> transfer = NewTransfer();
  const std::uint64_t id = job.id;
  const std::chrono::milliseconds timeout = job.request.timeout;
  if (Status ready = transfer->Start(std::move(job)); !ready.ok()) {
    Complete(std::move(transfer), MarkUnsent(std::move(ready)));
    return;
  }
  if (curl_multi_add_handle(multi_, transfer->easy()) != CURLM_OK) {
    Complete(std::move(transfer), MarkUnsent(ResourceExhausted("no memory for another request")));
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  transfer->deadline = now + std::clamp<std::chrono::milliseconds>(
                                 timeout, std::chrono::milliseconds(1), kLongestTimeout);
  deadlines_.emplace(transfer->deadline, id);
  running_.emplace(id, std::move(transfer));
}

void EventLoop::Abort(std::uint64_t id, const Status& why) {
  auto node = running_.extract(id);
  if (node.empty()) return;
  curl_multi_remove_handle(multi_, node.mapped()->easy());
  Status result = node.mapped()->CutOff(why);
  Complete(std::move(node.mapped()), std::move(result));
}

void EventLoop::AbortOverdue() {
  const auto now = std::chrono::steady_clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Abort(deadlines_.begin()->second,
          DeadlineExceeded("the answer did not come within the allowed time"));
  }
}

void EventLoop::ReapFinished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Transfer* finished = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &finished);
    auto node = running_.extract(finished->id());
    StatusOr<Response> result = finished->Finish(code);
    curl_multi_remove_handle(multi_, finished->easy());
    Complete(std::move(node.mapped()), std::move(result));
  }
}

void EventLoop::Complete(std::unique_ptr<Transfer> transfer, StatusOr<Response> result) {
  deadlines_.erase({transfer->deadline, transfer->id()});
  const HttpClient::Done done = transfer->TakeDone();
  if (idle_.size() < kMaxIdleHandles) idle_.push_back(std::move(transfer));
  inbox_->Release();
  done(std::move(result));
}

void EventLoop::CancelEverything() {
  while (!running_.empty()) {
    Abort(running_.begin()->first, Cancelled("the HTTP client is stopping"));
  }
  // Callbacks may have sent more.
  for (Inbox::Taken taken = inbox_->Take(); !taken.jobs.empty(); taken = inbox_->Take()) {
    for (Job& job : taken.jobs) {
      inbox_->Release();
      job.done(MarkUnsent(Cancelled("the HTTP client is stopping")));
    }
  }
}

int EventLoop::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& loop = *static_cast<EventLoop*>(self);
  if (static_cast<std::size_t>(socket) >= loop.interests_.size()) {
    loop.interests_.resize(static_cast<std::size_t>(socket) + 1);
  }
  Interest& interest = loop.interests_[socket];
  interest.wanted = EpollEvents(what);
  if (what == CURL_POLL_REMOVE && !interest.ours) {
    // curl closes what it opened itself (its resolver's socket pair) without telling us.
    if (interest.registered != 0) epoll_ctl(loop.epoll_fd_, EPOLL_CTL_DEL, socket, nullptr);
    interest = Interest();
    return 0;
  }
  if (interest.wanted == 0 || interest.wanted == interest.registered) return 0;
  epoll_event event{};
  event.events = interest.wanted;
  event.data.fd = socket;
  const int operation = interest.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  interest.registered = interest.wanted;
  return epoll_ctl(loop.epoll_fd_, operation, socket, &event);
}

int EventLoop::OnTimer(CURLM*, long timeout_ms, void* self) {
  auto& loop = *static_cast<EventLoop*>(self);
  loop.timer_ = timeout_ms < 0
                    ? std::chrono::steady_clock::time_point::max()
                    : std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  return 0;
}

curl_socket_t EventLoop::OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& loop = *static_cast<EventLoop*>(self);
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket < 0) return CURL_SOCKET_BAD;
  if (static_cast<std::size_t>(socket) >= loop.interests_.size()) {
    loop.interests_.resize(static_cast<std::size_t>(socket) + 1);
  }
  loop.interests_[socket] = Interest();
  loop.interests_[socket].ours = true;
  return socket;
}

int EventLoop::OnCloseSocket(void* self, curl_socket_t socket) {
  auto& loop = *static_cast<EventLoop*>(self);
  if (static_cast<std::size_t>(socket) < loop.interests_.size()) {
    loop.interests_[socket] = Interest();  // the kernel forgets a closed descriptor by itself
  }
  return close(socket);
}

}  // namespace bw::http_client
