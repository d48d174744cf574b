-- What people said about predictions is found without a look at ground truth, of which there may be millions.
DROP INDEX labels_by_no;
CREATE INDEX labels_said ON labels (project, no) WHERE source != 'ground_truth';
