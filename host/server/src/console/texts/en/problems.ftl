### When something is wrong
problem = Something is wrong
problem-reference = For whoever looks into it: `{ $code }`, request `{ $id }`
problem-form-refused = This form was not sent by a page of this server that is still valid.
problem-form-refused-action = Open the page again and send its form from there. You may have been signed out in between.
problem-sign-out-refused = You are still signed in: that form was not sent by a page of this server that is still valid.
problem-sign-out-refused-action = Open the console again and sign out there.
problem-permission-missing = Your token's role does not allow this.
problem-permission-missing-action = Sign in with a token whose role is operator or admin.
problem-body-too-large = What you sent is too large.
problem-body-too-large-action = Choose a smaller file, and send the form again.
problem-busy = The server has more to do than it can take at the moment.
problem-busy-action = Wait a few seconds and send it again.
problem-disk-full = The server's disk is nearly full, so it takes nothing new.
problem-disk-full-action = Make room on the disk of the data folder, then send it again.
problem-stopping = The server is stopping.
problem-stopping-action = Try again when it has started again.
