// curl's multi interface driven by epoll on one thread. Only sockets with news are touched, and a
// socket stays registered between the requests of a kept-alive connection, so a request on a warm
// connection costs no epoll_ctl at all.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include <curl/curl.h>

#include "common/http_client/http_client.h"
#include "common/http_client/transfer.h"

namespace bw::http_client {

/// What other threads hand to the loop. Outlives the loop in the Cancellations that point here.
class Inbox {
 public:
  explicit Inbox(std::size_t max_in_flight);
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// Readable when there is something to take.
  int wake_fd() const { return wake_fd_; }
  /// Queues a job and returns its id; refused ones keep only their callback.
  std::uint64_t PostJob(Request request, HttpClient::Done done);
  void PostCancel(std::uint64_t id);
  void PostStop();
  /// One job less in flight.
  void Release() { in_flight_.fetch_sub(1); }

  struct Taken {
    std::vector<Job> jobs;
    std::vector<std::uint64_t> cancels;
    bool stop = false;
  };
  Taken Take();

 private:
  void Wake();

  const std::size_t max_in_flight_;
  const int wake_fd_;
  std::atomic<std::size_t> in_flight_{0};
  std::mutex mutex_;  // guards all below
  Taken waiting_;
  std::uint64_t last_id_ = 0;
  bool woken_ = false;
};

/// The loop; every function but the constructor and destructor runs on its own thread.
class EventLoop {
 public:
  EventLoop(const Options& options, std::shared_ptr<Inbox> inbox);
  /// Cancels what is running and waits for its callbacks.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

 private:
  static int OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int OnTimer(CURLM*, long timeout_ms, void* self);
  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int OnCloseSocket(void* self, curl_socket_t socket);

  void Run();
  void WaitForEvents();
  void HandleSocket(int socket, std::uint32_t events);
  void RunTimers();
  /// False once the loop must stop.
  bool TakeFromInbox();
  void StartJob(Job job);
  void Abort(std::uint64_t id, const Status& why);
  void AbortOverdue();
  void ReapFinished();
  void Complete(std::unique_ptr<Transfer> transfer, StatusOr<Response> result);
  void CancelEverything();
  int WaitMs() const;
  std::unique_ptr<Transfer> NewTransfer();

  const Options options_;
  const std::shared_ptr<Inbox> inbox_;
  CURLM* const multi_;
  const int epoll_fd_;
  /// When curl wants to be called though no socket has news; max(): never.
  std::chrono::steady_clock::time_point timer_ = std::chrono::steady_clock::time_point::max();
  struct Interest {
    std::uint32_t wanted = 0;      // what curl asked for last
    std::uint32_t registered = 0;  // what epoll watches
    bool ours = false;
  };
  std::vector<Interest> interests_;  // by socket number
  std::unordered_map<std::uint64_t, std::unique_ptr<Transfer>> running_;
  /// Deadline and id of each running transfer. Not curl's timeout: that does not count the time a
  /// request waits for a connection.
  std::set<std::pair<std::chrono::steady_clock::time_point, std::uint64_t>> deadlines_;
  std::vector<std::unique_ptr<Transfer>> idle_;
  std::thread thread_;
};

}  // namespace bw::http_client
