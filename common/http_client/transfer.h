// One exchange on one of curl's easy handles. Handles are reused: what never changes is set once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <curl/curl.h>

#include "common/http_client/http_client.h"

namespace bw::http_client {

/// A request on its way through the client's loop.
struct Job {
  std::uint64_t id = 0;
  Request request;
  HttpClient::Done done;
  /// Why the request is refused without being sent; OK otherwise.
  Status refused;
};

/// Lives on the loop's thread only.
class Transfer {
 public:
  /// `close_socket` is called with `loop` for each socket curl closes, at the latest when the multi
  /// handle goes.
  Transfer(const Options& options, curl_opensocket_callback open_socket,
           curl_closesocket_callback close_socket, void* loop);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy() const { return easy_; }
  std::uint64_t id() const { return job_.id; }
  /// When the loop gives up on it; the loop sets it.
  std::chrono::steady_clock::time_point deadline;
  /// Sets the handle up for `job`; an error means that nothing may be sent.
  Status Start(Job job);
  /// What the exchange came to, given curl's verdict; the transfer can be started again afterwards.
  StatusOr<Response> Finish(CURLcode code);
  /// `why` the loop gives the exchange up, marked unsent when nothing of it was sent.
  Status CutOff(Status why) const;
  /// The callback of the running job, to be run after Finish; also forgets the request, which may
  /// hold secrets.
  HttpClient::Done TakeDone();

 private:
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self);
  static int OnBeforeSend(void* self, char* peer, char*, int, int);
  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void SetUpOnce(const Options& options, curl_closesocket_callback close_socket);
  void SetMethod();
  Status SetHeaders();
  bool AddHeader(std::string_view line);
  Status ErrorOf(CURLcode code) const;
  bool PeerIsPublic() const;

  CURL* easy_;
  const curl_opensocket_callback open_socket_;
  void* const loop_;
  const bool decodes_;
  Job job_;
  curl_slist* header_list_ = nullptr;
  Response response_;
  std::size_t header_bytes_ = 0;
  int sends_ = 0;
  bool too_large_ = false;
  bool head_complete_ = false;
  bool peer_refused_ = false;
  char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace bw::http_client
