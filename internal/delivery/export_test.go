package delivery

import "context"

// Round takes up what is due once and waits for the end of it.
func (s *Service) Round(ctx context.Context) {
	s.round(ctx)
	s.work.Wait()
}
