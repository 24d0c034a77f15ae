package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// Notified records an exchange in which a body was asked to tell a citizen that
// a request has ended, whatever came of it: the citizen's number was in it. Asked
// again about the same message it records nothing.
func (s *Service) Notified(ctx context.Context, exchange dovidka.NoticeExchange) error {
	notice := exchange.Notice
	if notice.ID == "" || notice.RequestID == "" || notice.Recipient.IsZero() || exchange.MessageID == "" || exchange.Outcome == "" {
		return fmt.Errorf("%w: a notice with its request and its recipient, a message and an outcome are needed", errEntry)
	}
	e := s.about(dovidka.EventNotified, dovidka.Request{
		ID: notice.RequestID, Channel: dovidka.ChannelTrembita,
		Caller: dovidka.Caller{
			Name: exchange.Client, MessageID: exchange.MessageID, TransactionID: exchange.TransactionID, Service: exchange.Service,
			UserID: exchange.UserID, PurposeID: exchange.PurposeID,
		},
	})
	e.Subject = s.pseudonyms.person(notice.Recipient, dovidka.UNZR{}, dovidka.Document{})
	e.Purpose, e.Recipient = dovidka.PurposeNotice, bound(exchange.Provider)
	e.Notice = &noticeBody{
		ID: dovidka.ID(bound(string(notice.ID))), Outcome: dovidka.NoticeOutcome(bound(string(exchange.Outcome))),
		Reference: bound(exchange.Reference), Code: code(exchange.Code),
		Hash: bound(exchange.RequestHash), HashAlgorithm: bound(exchange.RequestHashAlgorithm),
	}
	_, err := s.update(ctx, func(tx Tx, _ time.Time) ([]entry, error) {
		row, err := tx.Once(ctx, e.columns().Once)
		if err != nil {
			return nil, fmt.Errorf("look for the same exchange: %w", err)
		}
		if row != nil {
			return nil, nil
		}
		return []entry{e}, nil
	})
	if err != nil {
		return fmt.Errorf("record notice: %w", err)
	}
	return nil
}
