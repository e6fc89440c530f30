// The state machine of one client connection: bytes in, requests out to the handler, replies in,
// bytes out. It owns the order of replies, keep-alive, the limits and the deadlines, and knows no
// socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/byte_sink.h"
#include "common/http/request_reader.h"
#include "common/http/response_head.h"
#include "common/http/server.h"
#include "common/http/server_state.h"

namespace bw::http {

/// Time a client gets to take note of our end of the connection before it is cut.
inline constexpr std::chrono::milliseconds kLingerTime{2'000};
/// Bytes a client may go on sending after a final reply (the rest of a body too large, say).
/// Closing earlier would make the kernel answer with a reset that destroys the reply.
inline constexpr std::size_t kMaxLingerBytes = 4u << 20;
/// Bodies up to this size are copied behind their head, to go out in one plain send.
inline constexpr std::size_t kMaxJoinedBodyBytes = 16u << 10;

/// Thread-safe. All writes to the socket happen under the connection's lock, and none after
/// OnClosed(), which the transport calls before it closes the descriptor: no byte can reach another
/// client that was given the same descriptor number. Callbacks and the handler run without the
/// lock.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Connection(std::shared_ptr<ServerState> state, std::unique_ptr<ByteSink> sink, std::string peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // From the transport.
  void OnInput(std::string_view bytes);
  /// The client has left or the connection is broken; the descriptor is closed after this returns.
  void OnClosed();
  void OnWritable();
  /// Takes up requests that waited for the reply before them.
  void Resume();
  void CheckDeadline(TimePoint now);

  // From the server.
  /// Ends the connection as soon as nothing is in flight on it.
  void Drain();
  void Cut();
  /// A request has been begun or a reply is not yet complete.
  bool active() const;

  // From the exchange of request `serial`; false when that is over or the client is gone.
  bool Reply(std::uint64_t serial, Response response, std::function<void(bool)> written);
  bool StartStream(std::uint64_t serial, const Response& head, const StreamOptions& options);
  bool WriteStream(std::uint64_t serial, std::string_view data);
  void CloseStream(std::uint64_t serial);
  void AbandonStream(std::uint64_t serial);
  void OnClientGone(std::uint64_t serial, std::function<void()> gone);

 private:
  enum class Phase {
    kReading,    // no request in flight; perhaps part of one
    kAnswering,  // a request is with the handler
    kStreaming,  // its reply is open
    kFlushing,   // its reply is complete but not yet all sent
    kLingering,  // our side has ended; waiting for the client's end
    kCut,        // both sides ended; waiting for OnClosed()
    kClosed,
  };

  // What must run once the lock is released, in this order.
  struct Afterwards {
    std::function<void(bool)> written;
    bool written_whole = false;
    std::vector<std::function<void()>> gone;
    bool client_gone = false;
    void Run();
  };

  using Lock = std::unique_lock<std::mutex>;

  void Pump(Lock& lock, std::string_view fresh);
  bool ReadOne(std::string_view* fresh);
  void Dispatch(Lock& lock);
  bool KeepForLater(std::string_view bytes);
  void Discard(std::size_t bytes);
  void ConsumePending(std::size_t bytes);
  void Refuse(int status, std::string_view reason);
  void SendWhole(Response response, Afterwards* after);
  bool Write(std::string head, std::string body);
  bool KeepsWithinLimit();
  bool SendUnsent();
  void FinishBody(Afterwards* after);
  void EndSending();
  void CutNow();
  void SetDeadline(std::chrono::milliseconds from_now);
  void SetReadingDeadline(bool was_started, bool awaited_body);
  bool InPhase(std::uint64_t serial, Phase phase) const;
  bool gone() const { return phase_ == Phase::kCut || phase_ == Phase::kClosed; }

  const std::shared_ptr<ServerState> state_;
  const std::unique_ptr<ByteSink> sink_;
  const std::string peer_;

  mutable std::mutex mutex_;  // guards everything below, and every call to sink_
  Phase phase_ = Phase::kReading;
  RequestReader reader_;
  std::string pending_;             // received, not yet consumed by reader_
  std::size_t pending_offset_ = 0;  // what of it already is
  bool pumping_ = false;            // a thread is in Pump(); it will look at pending_ again
  bool keep_alive_ = true;
  bool cut_short_ = false;  // the connection ended before the current reply was complete
  BodyFraming stream_framing_ = BodyFraming::kContentLength;
  bool stream_without_body_ = false;
  std::size_t stream_max_unsent_bytes_ = 0;
  std::uint64_t serial_ = 0;  // of the current request
  std::string unsent_;
  std::size_t unsent_offset_ = 0;
  std::size_t lingered_bytes_ = 0;
  TimePoint deadline_ = TimePoint::max();
  std::function<void(bool)> written_;
  std::vector<std::function<void()>> gone_;
};

/// A request with its way back; what the handler gets.
std::shared_ptr<Exchange> MakeExchange(std::shared_ptr<Connection> connection, std::uint64_t serial,
                                       Request request);

}  // namespace bw::http
