#include <atomic>
#include <utility>

#include "common/http/connection.h"

namespace bw::http {
namespace {

class ConnectionStream final : public StreamWriter {
 public:
  ConnectionStream(std::shared_ptr<Connection> connection, std::uint64_t serial)
      : connection_(std::move(connection)), serial_(serial) {}
  ~ConnectionStream() override { connection_->AbandonStream(serial_); }

  bool Write(std::string_view data) override { return connection_->WriteStream(serial_, data); }
  void Close() override { connection_->CloseStream(serial_); }

 private:
  const std::shared_ptr<Connection> connection_;
  const std::uint64_t serial_;
};

class ConnectionExchange final : public Exchange {
 public:
  ConnectionExchange(std::shared_ptr<Connection> connection, std::uint64_t serial, Request request)
      : connection_(std::move(connection)), serial_(serial), request_(std::move(request)) {}

  ~ConnectionExchange() override {
    if (answered_) return;
    connection_->Reply(serial_, TextResponse(500, "The server gave no answer."), nullptr);
  }

  const Request& request() const override { return request_; }

  bool Reply(Response response, std::function<void(bool)> written) override {
    answered_ = true;
    return connection_->Reply(serial_, std::move(response), std::move(written));
  }

  std::shared_ptr<StreamWriter> StartStream(Response head, StreamOptions options) override {
    answered_ = true;
    if (!connection_->StartStream(serial_, head, options)) return nullptr;
    return std::make_shared<ConnectionStream>(connection_, serial_);
  }

  void OnClientGone(std::function<void()> gone) override {
    connection_->OnClientGone(serial_, std::move(gone));
  }

 private:
  const std::shared_ptr<Connection> connection_;
  const std::uint64_t serial_;
  const Request request_;
  std::atomic<bool> answered_{false};  // saves the destructor a lock and a response
};

}  // namespace

std::shared_ptr<Exchange> MakeExchange(std::shared_ptr<Connection> connection, std::uint64_t serial,
                                       Request request) {
  return std::make_shared<ConnectionExchange>(std::move(connection), serial, std::move(request));
}

}  // namespace bw::http
