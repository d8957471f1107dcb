#include "answers.hpp"

#include "sip/builder.hpp"

namespace offhook::proxy {
namespace {

constexpr std::size_t kTagLength = 10;
constexpr int kTrying = 100;

}  // namespace

void Answers::send(TimePoint now, transaction::ServerId id, const sip::Message& request, const Reply& reply,
                   bool once) const {
  const std::string tag = reply.status == kTrying ? std::string{} : random_->token(kTagLength);
  auto builder = sip::Builder::response(request, reply.status, tag, reply.phrase());
  for (const auto& [header, value] : reply.headers) builder.add(header, value);
  if (!server_name_.empty()) builder.add(sip::HeaderId::Server, server_name_);
  transactions_->respond(now, id, transaction::Response{reply.status, builder.build().release(), once});
}

}  // namespace offhook::proxy
