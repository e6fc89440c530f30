#include "gateway/core/session_stream.h"

#include <utility>

#include "gateway/core/object_writer.h"

namespace bw::gateway {

StatusOr<std::shared_ptr<SessionStream>> SessionStream::Start(const Dependencies& dependencies,
                                                              StreamKind kind,
                                                              const SessionRef& session,
                                                              std::string stream_id,
                                                              std::shared_ptr<MessageSink> sink) {
  // The constructor is private to keep it under shared ownership.
  std::shared_ptr<SessionStream> stream(
      new SessionStream(dependencies, session, stream_id, std::move(sink)));
  BW_RETURN_IF_ERROR(dependencies.directory.ClaimStream(session, stream_id, stream));
  Interests interests{true, true, true, dependencies.directory.Uris(session.digest)};
  {
    const std::lock_guard lock(stream->mutex_);
    stream->uris_ = interests.uris;
  }
  const Status opened = dependencies.subscriptions.Open({kind, session.tenant, session.principal},
                                                        std::move(interests), stream);
  if (!opened.ok()) {
    dependencies.directory.LeaveStream(session, stream_id);
    return opened;
  }
  // What changed between the two.
  stream->SubscriptionsChanged();
  return stream;
}

void SessionStream::Leave() {
  subscriptions_.Leave(*this);
  directory_.LeaveStream(session_, stream_id_);
}

void SessionStream::Opened() { sink_->Open(); }

void SessionStream::Tell(News news, const std::string& uri) {
  const std::string params = uri.empty() ? "{}" : ObjectWriter().Text("uri", uri).Take();
  sink_->Send(EncodeNotification(MethodOf(news), params));
}

void SessionStream::ServerEnds() {
  sink_->Close();
  directory_.LeaveStream(session_, stream_id_);
}

void SessionStream::SubscriptionsChanged() {
  const std::lock_guard lock(mutex_);
  const std::set<std::string> wanted = directory_.Uris(session_.digest);
  for (const std::string& uri : wanted) {
    if (!uris_.contains(uri)) subscriptions_.AddUri(*this, uri);
  }
  for (const std::string& uri : uris_) {
    if (!wanted.contains(uri)) subscriptions_.RemoveUri(*this, uri);
  }
  uris_ = wanted;
}

void SessionStream::Over() {
  subscriptions_.Leave(*this);
  sink_->Close();
}

}  // namespace bw::gateway
